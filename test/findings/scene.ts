import type { Finding, Findings, RuleId, Severity } from '../../src/model/finding.ts';
import { findFindings } from '../../workers/findings/index.ts';
import type { Capture } from '../support/capture.ts';
import { readCapture } from '../support/read-capture.ts';

/** What shows that a rule fires when it must, and only then. A test fails for a rule without one. */
export interface Scene {
  readonly rule: RuleId;
  readonly fires: {
    readonly when: string;
    readonly capture: Capture;
    readonly severity: Severity;
    readonly title: string;
  };
  /** As near as a capture can come without being it. */
  readonly nearMiss: { readonly when: string; readonly capture: Capture };
}

/** The findings of a drawn capture that was read to its end. */
export async function findingsOf(capture: Capture): Promise<Findings> {
  return findFindings(await readCapture(capture), { isFinal: true });
}

/** The findings of one rule, folded ones not among them. */
export function ofRule(findings: Findings, rule: RuleId): readonly Finding[] {
  return findings.findings.filter((finding) => finding.rule === rule);
}

/** `error dup-te` … in rank order, folded ones behind a plus. */
export function outline(findings: Findings): readonly string[] {
  return findings.findings.map(({ severity, rule, folded }) =>
    [`${severity} ${rule}`, ...folded.map((one) => one.rule)].join(' + '),
  );
}

/** Prose as plain text. */
export function plain(prose: Finding['lead']): string {
  return prose
    .map((part) => (typeof part === 'string' ? part : 'code' in part ? part.code : part.strong))
    .join('');
}

export const GET = 'GET /orders HTTP/1.1\r\nHost: shop.example\r\n\r\n';
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
