import type { Findings, RuleVerdict } from '../../src/model/finding.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import { Facts } from './facts.ts';
import { tellQuality } from './quality.ts';
import { rank } from './rank.ts';
import { Claims, type Draft, type Rule } from './rule.ts';
import { alienRst } from './rules/alien-rst.ts';
import { badFieldLine } from './rules/bad-field-line.ts';
import { badHost } from './rules/bad-host.ts';
import { bodyForbidden } from './rules/body-forbidden.ts';
import { captureQuality } from './rules/capture-quality.ts';
import { chunkError } from './rules/chunk-error.ts';
import { clientGaveUp } from './rules/client-gave-up.ts';
import { clConflict } from './rules/cl-conflict.ts';
import { clMismatch } from './rules/cl-mismatch.ts';
import { dupTe } from './rules/dup-te.ts';
import { duplicateSingleton } from './rules/duplicate-singleton.ts';
import { earlyResponse } from './rules/early-response.ts';
import { foreignSni } from './rules/foreign-sni.ts';
import { grpcStatus } from './rules/grpc-status.ts';
import { h2GoAway } from './rules/h2-goaway.ts';
import { h2Malformed } from './rules/h2-malformed.ts';
import { h2RstStream } from './rules/h2-rst-stream.ts';
import { h2Window } from './rules/h2-window.ts';
import { handshakeCut } from './rules/handshake-cut.ts';
import { headerLimits } from './rules/header-limits.ts';
import { idleDrop } from './rules/idle-drop.ts';
import { keepaliveRace } from './rules/keepalive-race.ts';
import { localReply } from './rules/local-reply.ts';
import { mtuHole } from './rules/mtu-hole.ts';
import { noResponseClose } from './rules/no-response-close.ts';
import { noSni } from './rules/no-sni.ts';
import { plaintextToTls } from './rules/plaintext-to-tls.ts';
import { retryDup } from './rules/retry-dup.ts';
import { rstAfterResponse } from './rules/rst-after-response.ts';
import { rstMidResponse } from './rules/rst-mid-response.ts';
import { synRefused } from './rules/syn-refused.ts';
import { synTimeout } from './rules/syn-timeout.ts';
import { teAndCl } from './rules/te-and-cl.ts';
import { teInHttp10 } from './rules/te-in-http10.ts';
import { timeout } from './rules/timeout.ts';
import { tlsAlert } from './rules/tls-alert.ts';
import { zeroWindow } from './rules/zero-window.ts';

/**
 * Every rule, from causes to symptoms: a rule folds what an earlier one explains. A new rule is one file in rules/, one line
 * here, and its captures in test/findings (a test fails without them).
 */
export const RULES: readonly Rule[] = [
  dupTe,
  teAndCl,
  clConflict,
  badHost,
  teInHttp10,
  badFieldLine,
  headerLimits,
  bodyForbidden,
  h2Malformed,
  plaintextToTls,
  foreignSni,
  synRefused,
  synTimeout,
  mtuHole,
  idleDrop,
  alienRst,
  chunkError,
  clMismatch,
  noSni,
  tlsAlert,
  h2GoAway,
  h2RstStream,
  grpcStatus,
  h2Window,
  keepaliveRace,
  zeroWindow,
  timeout,
  earlyResponse,
  rstMidResponse,
  noResponseClose,
  clientGaveUp,
  handshakeCut,
  duplicateSingleton,
  retryDup,
  localReply,
  rstAfterResponse,
  captureQuality,
];

/** The rules that judge a message by its header section alone, as a HAR file reports it too. */
const READS_REPORTS: ReadonlySet<Rule> = new Set([
  dupTe,
  teAndCl,
  clConflict,
  badHost,
  teInHttp10,
  badFieldLine,
  headerLimits,
  bodyForbidden,
  duplicateSingleton,
]);

/**
 * What the rules say of the tables as they are. Called at the end, and a few times while the capture is read: nothing here goes
 * over all packets or all exchanges, only over what the core's scans select.
 */
export function findFindings(
  core: Core,
  state: { readonly isFinal: boolean; readonly isCut?: boolean },
): Findings {
  const facts = new Facts(core, state);
  const claims = new Claims();
  const drafts: Draft[] = [];
  const unseen = new Map<Rule, string>();
  const hasOnlyReports = facts.tables.packets.rows === 0 && reportedOf(core) !== undefined;
  for (const rule of RULES) {
    const reason = hasOnlyReports && !READS_REPORTS.has(rule) ? 'a HAR has no packets' : rule.unseen(facts);
    if (reason !== undefined) unseen.set(rule, reason);
    else drafts.push(...rule.find(facts, claims));
  }
  const order = RULES.map(({ id }) => id);
  const findings = rank(claims.foldDownstream(drafts), order).map((draft) => draft.finding());
  const found = new Set(findings.flatMap(({ rule, folded }) => [rule, ...folded.map((one) => one.rule)]));
  const verdicts = RULES.map((rule): RuleVerdict => {
    const { id, looksFor } = rule;
    if (found.has(id)) return { rule: id, looksFor, verdict: 'found' };
    const reason = unseen.get(rule) ?? rule.blind?.(facts);
    if (reason !== undefined) return { rule: id, looksFor, verdict: 'not applicable', reason };
    return { rule: id, looksFor, verdict: 'not found' };
  });
  return { findings, verdicts, quality: tellQuality(facts), isFinal: state.isFinal };
}
