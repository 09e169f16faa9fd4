import { fieldOf } from '../field-lines.ts';

/** Who wrote an error answer by itself, and how that shows. */
export interface LocalAnswer {
  readonly writer: 'Envoy' | 'HAProxy' | 'nginx' | 'AWS load balancer';
  /** What shows it, in a sentence with the writer as its subject. */
  readonly proof: string;
  /** What it says about the reason. */
  readonly hint: string | undefined;
  /** Words and places that lead on, by product. */
  readonly flags: string;
}

/** Octets of the texts that Envoy answers with (source/common/http, read 2026), where nothing else is as long. */
const ENVOY_TEXTS: Readonly<Record<string, string>> = {
  '503 19': 'no healthy upstream: no endpoint of the cluster is ready (UH)',
  '504 24': 'upstream request timeout (UT)',
  '503 81':
    'upstream connect error or disconnect/reset before headers. reset reason: overflow (UO): a circuit breaker',
};

/** Tells a proxy's own error answer from one that it passed on, by its header section; undefined where it does not show. */
export function localAnswerOf(
  status: number,
  reason: string,
  lines: readonly string[],
): LocalAnswer | undefined {
  const server = fieldOf(lines, 'server')?.trim() ?? '';
  const type = fieldOf(lines, 'content-type')?.toLowerCase() ?? '';
  const length = Number(fieldOf(lines, 'content-length') ?? NaN);
  if (/^(?:istio-)?envoy$/i.test(server)) return envoy(status, lines, type, length);
  if (/^awselb\//i.test(server)) {
    return {
      writer: 'AWS load balancer',
      proof: `names itself (server: ${server}), which it does only in answers of its own`,
      hint: undefined,
      flags: 'the access log’s elb_status_code against target_status_code, and error_reason',
    };
  }
  if (/^nginx\b/i.test(server) && type.startsWith('text/html')) return nginx(status, reason, server, length);
  return server === '' ? haproxy(status, lines, type) : undefined;
}

function envoy(
  status: number,
  lines: readonly string[],
  type: string,
  length: number,
): LocalAnswer | undefined {
  // What it passes on from an upstream has this field (router filter), unless suppress_envoy_headers is set.
  if (fieldOf(lines, 'x-envoy-upstream-service-time') !== undefined) return undefined;
  const isOverload = fieldOf(lines, 'x-envoy-overloaded') !== undefined;
  // Its own texts are text/plain; a gRPC answer of its own has no content.
  if (!isOverload && !type.startsWith('text/plain') && !type.startsWith('application/grpc')) return undefined;
  const text = ENVOY_TEXTS[`${status} ${length}`];
  const hint = isOverload
    ? 'x-envoy-overloaded says that a limit of its own was reached (UO): a circuit breaker or the overload manager'
    : text === undefined
      ? undefined
      : `the content is ${length} octets long, as its text “${text.split(':')[0] ?? ''}” is: ${text.replace(/^[^:]*: /, '')}`;
  return {
    writer: 'Envoy',
    proof: 'adds x-envoy-upstream-service-time to every answer that it passes on, and this one has none',
    hint,
    flags: 'RESPONSE_FLAGS and RESPONSE_CODE_DETAILS in its access log (UF, UH, UO, UC, UT, NR, URX …)',
  };
}

/** nginx's error page (src/http/ngx_http_special_response.c): its length follows from status and version. */
function nginx(status: number, reason: string, server: string, length: number): LocalAnswer | undefined {
  const title = `${status} ${reason}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`;
  // Six lines more for browsers that show their own page for a short one.
  const padding = '<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n'.length * 6;
  if (length !== page.length && length !== page.length + padding) return undefined;
  return {
    writer: 'nginx',
    proof: `writes a page of exactly ${length} octets for this status`,
    hint: undefined,
    flags:
      'its error log at that time (upstream prematurely closed, timed out, connect() failed, no live upstreams)',
  };
}

/** HAProxy's built-in errors (src/http.c): three fields or four, in small letters, and no Date. */
function haproxy(status: number, lines: readonly string[], type: string): LocalAnswer | undefined {
  const names = lines.map((line) => line.slice(0, line.indexOf(':')));
  const known = ['content-length', 'cache-control', 'content-type', 'connection'];
  const isOwn = names.every((name) => known.includes(name)) && names.length >= 3;
  if (!isOwn || type !== 'text/html' || fieldOf(lines, 'cache-control') !== 'no-cache') return undefined;
  return {
    writer: 'HAProxy',
    proof: 'answers with exactly these few fields where it answers by itself',
    hint: undefined,
    flags:
      status === 503
        ? 'the termination state in its log (SC: the connection failed; sC: it timed out; NOSRV: no server is up)'
        : 'the termination state in its log (SH: the server closed; sH: it timed out; PH: the answer was invalid)',
  };
}
