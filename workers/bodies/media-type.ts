/** A Content-Type value, taken apart (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** "text/html", in lower case; '' where there is none. */
  readonly name: string;
  /** Parameters, by their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Takes a Content-Type or Content-Disposition value apart, as far as it can be; quoted values lose their quotes. */
export function parseMediaType(value: string): MediaType {
  const [name = ''] = value.split(/[;,]/, 1);
  const parameters = new Map<string, string>();
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))/g;
  for (const [, key = '', quoted, token = ''] of value.matchAll(pattern)) {
    const parameter = key.toLowerCase();
    if (parameters.has(parameter)) continue;
    parameters.set(parameter, quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1'));
  }
  return { name: name.trim().toLowerCase(), parameters };
}

/** The file name of a Content-Disposition value (RFC 6266), the one for all languages first; undefined where it has none. */
export function fileNameOf(disposition: string): string | undefined {
  const { parameters } = parseMediaType(disposition);
  const extended = /^(utf-8|iso-8859-1)'[^']*'(.*)$/i.exec(parameters.get('filename*') ?? '');
  if (extended) {
    const decoded = percentDecoded(extended[2] ?? '');
    if (decoded !== undefined) return decoded;
  }
  return parameters.get('filename');
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
