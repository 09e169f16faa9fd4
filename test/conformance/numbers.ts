import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { createAnalysis } from '../../workers/analysis.ts';
import type { Analysis, Listener } from '../../workers/api.ts';

/** What is compared, by its column in EXPECT/INDEX.tsv. tshark's http.request and http.response are those of HTTP/1. */
export const FIELDS = {
  packets: (report: Report) => report.packets,
  tcp_streams: (report: Report) => report.flows.tcp,
  http_requests: (report: Report) => report.exchanges.requests - report.exchanges.http2.requests,
  http_responses: (report: Report) => report.exchanges.responses - report.exchanges.http2.responses,
  tls_client_hellos: (report: Report) => report.tls.clientHellos,
  client_hellos_no_sni: (report: Report) => report.tls.withoutSni,
  tcp_rsts: (report: Report) => report.tcp.resets,
} as const;

export type Field = keyof typeof FIELDS;

/** The names of what is compared, in the order of the table. */
export const FIELD_NAMES: readonly Field[] = [
  'packets',
  'tcp_streams',
  'http_requests',
  'http_responses',
  'tls_client_hellos',
  'client_hellos_no_sni',
  'tcp_rsts',
];

const SILENT: Listener = {
  progress: () => undefined,
  summary: () => undefined,
  findings: () => undefined,
};

/** Opens a capture as the page and `npm run report` do; undefined where it is refused. */
export async function openCapture(path: string, core: WebAssembly.Module): Promise<Analysis | undefined> {
  const analysis = createAnalysis(core);
  const opened = await analysis.open([new File([await openAsBlob(path)], basename(path))], SILENT);
  return opened.ok ? analysis : undefined;
}

/** The report of a capture; undefined where it is refused. */
export async function readReport(path: string, core: WebAssembly.Module): Promise<Report | undefined> {
  const analysis = await openCapture(path, core);
  return analysis?.report();
}
