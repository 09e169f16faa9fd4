import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectOf, textOf } from '../../workers/formats/json-values.ts';

/** A message as llhttp tells it, or as we do. */
export interface ToldMessage {
  readonly start: string;
  /** Name and value of each field line; white space in values is one space. */
  readonly lines: readonly string[];
  readonly trailers: readonly string[];
  readonly body: string;
  readonly isComplete: boolean;
}

/** A case of llhttp's tests: octets, and what it makes of them. */
export interface LlhttpCase {
  /** File and headings. */
  readonly name: string;
  /** "request", "response-lenient-headers", "request-finish". */
  readonly type: string;
  readonly isRequest: boolean;
  /** The test says that the response has no content, whatever its fields say: it answers HEAD. */
  readonly answersHead: boolean;
  readonly octets: Uint8Array;
  readonly messages: readonly ToldMessage[];
  /** Why it refused the octets; undefined where it did not. Where it only hands over to another protocol is no refusal. */
  readonly refusal: string | undefined;
}

/** All cases of a folder; those that have no messages on a wire (URLs alone, both types at once) are left out. */
export function llhttpCases(folder: string): readonly LlhttpCase[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  );
  return files
    .sort()
    .flatMap((file) => (file === 'url.md' ? [] : casesIn(file, readFileSync(join(folder, file), 'utf8'))));
}

/** What the case is, its octets, perhaps a remark, and its events. */
const BLOCK =
  /<!--\s*meta=(\{.*?\})\s*-->\s*```http\n((?:(?!\n```\n)[\s\S])*)\n```\n(?:(?!```)[\s\S])*```log\n((?:(?!\n```)[\s\S])*)\n```/g;

function casesIn(file: string, text: string): readonly LlhttpCase[] {
  const cases: LlhttpCase[] = [];
  for (const match of text.matchAll(BLOCK)) {
    const [, meta = '{}', input = '', log = ''] = match;
    const told = new Map(Object.entries(objectOf(JSON.parse(meta)) ?? {}));
    const type = textOf(told.get('type'));
    const skipBody = told.get('skipBody');
    const isRequest = type?.startsWith('request') ?? false;
    if (type === undefined || (isRequest && skipBody === true)) continue;
    const octets = new TextEncoder().encode(unescaped(input));
    const name = `${file.replace('.md', '')}: ${headings(text.slice(0, match.index))}`;
    const number = cases.filter((one) => one.name.replace(/ #\d+$/, '') === name).length;
    cases.push({
      name: number === 0 ? name : `${name} #${number + 1}`,
      type,
      isRequest,
      answersHead: !isRequest && skipBody === true,
      octets,
      ...readLog(log, octets, isRequest),
    });
  }
  return cases;
}

/** The headings above a place, the file's own left out. */
function headings(text: string): string {
  const path: string[] = [];
  for (const [, signs = '', title = ''] of text.matchAll(/^(#{2,6}) (.+)$/gm)) {
    path.length = Math.min(path.length, signs.length - 2);
    path[signs.length - 2] = title.replaceAll('`', '').trim();
  }
  return path.filter((title) => title !== '').join(' / ');
}

/** The octets that a block of llhttp's Markdown stands for, as its own tests make them. */
function unescaped(input: string): string {
  return input
    .replace(/\\(\r\n|\r|\n)/g, '')
    .replace(/\r\n|\r|\n/g, '\r\n')
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\f/g, '\f')
    .replace(/\\x([0-9a-fA-F]+)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** A message that is being told. */
class Draft {
  readonly spans = new Map<string, string>();
  readonly lines: string[] = [];
  readonly trailers: string[] = [];
  hasHead = false;
  isComplete = false;

  add(kind: string, text: string): void {
    this.spans.set(kind, (this.spans.get(kind) ?? '') + text);
  }

  endLine(): void {
    const line = told(this.spans.get('header_field') ?? '', this.spans.get('header_value') ?? '');
    this.spans.delete('header_field');
    this.spans.delete('header_value');
    (this.hasHead ? this.trailers : this.lines).push(line);
  }

  toMessage(isRequest: boolean): ToldMessage {
    const span = (kind: string): string => this.spans.get(kind) ?? '';
    const words = isRequest
      ? [span('method'), span('url'), span('version')]
      : [span('version'), span('code'), span('status')];
    const { lines, trailers, isComplete } = this;
    return { start: words.join(' ').trim(), lines, trailers, body: span('body'), isComplete };
  }
}

/** A field line for comparing. */
export function told(name: string, value: string): string {
  return `${name.trim()}: ${value.replace(/\s+/g, ' ').trim()}`.trim();
}

function readLog(
  log: string,
  octets: Uint8Array,
  isRequest: boolean,
): Pick<LlhttpCase, 'messages' | 'refusal'> {
  const drafts: Draft[] = [];
  let refusal: string | undefined;
  for (const line of log.split('\n')) {
    const draft = drafts.at(-1);
    const span = /^off=(\d+) len=(\d+) span\[(\w+)\]/.exec(line);
    if (span) {
      const [, start = '', length = '', kind = ''] = span;
      const text = new TextDecoder().decode(octets.subarray(Number(start), Number(start) + Number(length)));
      draft?.add(kind, text);
      // A response that ends in its head has no event with its status.
      const code = new TextDecoder().decode(octets.subarray(Number(start) - 4, Number(start) - 1));
      if (kind === 'status' && draft?.spans.has('code') === false) draft.add('code', code);
    } else if (line.endsWith('message begin')) drafts.push(new Draft());
    else if (line.endsWith('header_value complete')) draft?.endLine();
    else if (line.endsWith('message complete') && draft) draft.isComplete = true;
    else if (line.includes('headers complete') && draft) {
      draft.hasHead = true;
      const status = /status=(\d+)/.exec(line)?.[1];
      if (status !== undefined) draft.spans.set('code', status.padStart(3, '0'));
    } else if (line.includes('error code=') && !/code=2[1-4] /.test(line)) {
      refusal ??= /reason="(.*)"/.exec(line)?.[1] ?? line;
    }
  }
  // Interim responses belong to the exchange of the final one here; 101 is final but for HTTP/2.
  const messages = drafts.map((draft) => draft.toMessage(isRequest));
  return { messages: messages.filter(({ start }) => isRequest || !/^1\.\d 10[^1]/.test(start)), refusal };
}
