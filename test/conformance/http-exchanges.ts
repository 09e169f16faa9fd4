import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { createAnalysis } from '../../workers/analysis.ts';
import type { Analysis, ExchangeItem, Listener, MessageDetail } from '../../workers/api.ts';
import { fieldOf } from '../../workers/field-lines.ts';

/** An exchange in the words of other programs' logs. */
export interface LoggedExchange {
  readonly client: string;
  readonly server: string;
  readonly method: string;
  /** Of the request line or Host, as sent. */
  readonly host: string;
  readonly uri: string;
  readonly version: string;
  /** '' where no response was seen. */
  readonly status: string;
  readonly reason: string;
  readonly requestVersion: string;
  readonly requestLength: number;
  readonly responseLength: number;
  readonly requestFields: readonly string[];
  readonly responseFields: readonly string[];
}

const SILENT: Listener = {
  progress: () => undefined,
  summary: () => undefined,
  findings: () => undefined,
};

/** The exchanges of a capture in the order of their requests, as the page shows them; undefined where it is refused. */
export async function loggedExchanges(
  path: string,
  core: WebAssembly.Module,
): Promise<readonly LoggedExchange[] | undefined> {
  const analysis = createAnalysis(core);
  const opened = await analysis.open([new File([await openAsBlob(path)], basename(path))], SILENT);
  if (!opened.ok) return undefined;
  const query = await analysis.query('exchanges', { filter: '', sort: undefined });
  if (!query.ok) return undefined;
  const items = await analysis.window('exchanges', query.value.id, 0, query.value.rows);
  const found: LoggedExchange[] = [];
  for (const item of items) found.push(await logged(analysis, item));
  return found;
}

async function logged(analysis: Analysis, item: ExchangeItem): Promise<LoggedExchange> {
  const detail = await analysis.exchange(item.exchange);
  const { request, response } = detail ?? {};
  const requestFields = linesOf(request);
  const statusLine = /^HTTP\/([\d.]+) \d+ ?(.*)$/s.exec(response?.startLine ?? '');
  const requestVersion = /HTTP\/([\d.]+)$/.exec(request?.startLine ?? '')?.[1] ?? (request ? '0.9' : '');
  return {
    client: item.client,
    server: item.server,
    method: item.method,
    host: fieldOf(requestFields, 'host') ?? fieldOf(requestFields, ':authority') ?? '',
    uri: item.target,
    version: statusLine?.[1] ?? requestVersion,
    status: item.status === undefined ? '' : String(item.status),
    reason: statusLine?.[2] ?? '',
    requestVersion,
    requestLength: await contentLength(analysis, item, 'request', request),
    responseLength: await contentLength(analysis, item, 'response', response),
    requestFields,
    responseFields: linesOf(response),
  };
}

function linesOf(message: MessageDetail | undefined): readonly string[] {
  return message?.lines.map(({ text }) => text) ?? [];
}

/** Octets of the content, its framing undone and its codings not. */
async function contentLength(
  analysis: Analysis,
  item: ExchangeItem,
  side: 'request' | 'response',
  message: MessageDetail | undefined,
): Promise<number> {
  if (message === undefined || message.bodyOctets === 0) return 0;
  const file = await analysis.bodyFile(item.exchange, side, 'content');
  return file?.bytes ?? 0;
}
