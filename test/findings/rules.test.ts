import { describe, expect, it } from 'vitest';
import { RULES } from '../../workers/findings/index.ts';
import { CLOSING_SCENES } from './closing-scenes.ts';
import { HTTP2_SCENES } from './http2-scenes.ts';
import { LINE_SCENES } from './line-scenes.ts';
import { MESSAGE_SCENES } from './message-scenes.ts';
import { PATH_SCENES } from './path-scenes.ts';
import { findingsOf, ofRule } from './scene.ts';
import { TLS_SCENES } from './tls-scenes.ts';
import { WAITING_SCENES } from './waiting-scenes.ts';

const SCENES = [
  ...MESSAGE_SCENES,
  ...LINE_SCENES,
  ...CLOSING_SCENES,
  ...WAITING_SCENES,
  ...PATH_SCENES,
  ...TLS_SCENES,
  ...HTTP2_SCENES,
];

it('every rule in the registry has a scene in which it fires and one in which it does not', () => {
  expect(SCENES.map(({ rule }) => rule).sort()).toEqual(RULES.map(({ id }) => id).sort());
});

describe.each(SCENES)('$rule', ({ rule, fires, nearMiss }) => {
  it(`fires when ${fires.when}`, async () => {
    const findings = await findingsOf(fires.capture);
    const first = findings.findings[0];
    expect(first?.title).toBe(fires.title);
    expect(first).toMatchObject({ rule, severity: fires.severity, certainty: 'certain' });
    expect(first?.evidence.length).toBeGreaterThan(0);
    expect(first?.caveats.length).toBeGreaterThan(0);
    expect(findings.verdicts.find((verdict) => verdict.rule === rule)?.verdict).toBe('found');
  });

  it(`is silent when ${nearMiss.when}`, async () => {
    const findings = await findingsOf(nearMiss.capture);
    expect(ofRule(findings, rule)).toEqual([]);
    expect(findings.findings.flatMap(({ folded }) => folded.map((one) => one.rule))).not.toContain(rule);
    expect(findings.verdicts.find((verdict) => verdict.rule === rule)?.verdict).not.toBe('found');
  });
});
