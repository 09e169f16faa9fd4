import type { RuleId, Severity } from './finding.ts';
import type { IssueSeverity } from './issue.ts';

/** What `npm run -s report` prints of a capture, one JSON line a file; the page offers the same as a download. */
export interface Report {
  readonly file: string;
  readonly bytes: number;
  readonly format: string;
  readonly packets: number;
  /** The captures and HAR files in it: several where the file is an archive; and what else was in it. */
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly packets: number;
    readonly exchanges?: number;
  }[];
  readonly skipped: readonly { readonly name: string; readonly kind: string }[];
  readonly flows: { readonly tcp: number; readonly udp: number };
  readonly exchanges: {
    readonly total: number;
    readonly requests: number;
    readonly responses: number;
    /** Those of them that are of HTTP/2. */
    readonly http2: { readonly requests: number; readonly responses: number };
  };
  readonly tls: { readonly clientHellos: number; readonly withoutSni: number };
  readonly tcp: { readonly resets: number };
  /** In rank order. */
  readonly findings: readonly {
    readonly rule: RuleId;
    readonly severity: Severity;
    readonly title: string;
    readonly count: number;
    readonly flows: readonly number[];
    readonly packets: readonly number[];
  }[];
  readonly issues: readonly {
    readonly code: string;
    readonly severity: IssueSeverity;
    readonly count: number;
    readonly firstPacket: number;
  }[];
  readonly ms: number;
}

/** What it prints of a file that is no capture. */
export interface ReportFailure {
  readonly file: string;
  readonly error: { readonly code: string; readonly message: string };
}
