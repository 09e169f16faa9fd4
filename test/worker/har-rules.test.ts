import { describe, expect, test } from 'vitest';
import { entry, har } from '../support/write-har.ts';
import { type Opened, openOctets } from './open-file.ts';

async function open(text: string): Promise<Opened> {
  const opened = await openOctets(new TextEncoder().encode(text), 'test.har');
  if (!opened.result.ok) throw new Error(opened.result.error.message);
  return opened;
}

describe('the rules on a HAR file', () => {
  const twice = entry({
    response: {
      headers: [
        { name: 'Transfer-Encoding', value: 'chunked' },
        { name: 'transfer-encoding', value: 'chunked' },
      ],
    },
  });

  test('tell a Transfer-Encoding that is there twice, with the exchange as evidence', async () => {
    const { told } = await open(har([entry({}), twice]));
    const findings = told.allFindings.at(-1);
    expect(findings?.findings).toMatchObject([
      {
        rule: 'dup-te',
        title: 'The server sent Transfer-Encoding twice',
        scope: 'GET /cart · server shop.example',
        flows: [],
        packets: [],
        evidence: [{ kind: 'exchange', exchange: 1 }],
        quote: { title: 'The answer as the HAR file reports it', packet: 0, exchange: 1 },
      },
    ]);
    expect(findings?.findings[0]?.ladder).toBeUndefined();
    expect(findings?.quality).toBe('HAR: times and sizes as reported');
  });

  test('say which of them need packets', async () => {
    const { told } = await open(har([entry({})]));
    const verdicts = told.allFindings.at(-1)?.verdicts ?? [];
    const judged = verdicts.filter(({ verdict }) => verdict === 'not found').map(({ rule }) => rule);
    expect(judged).toEqual([
      'dup-te',
      'te-and-cl',
      'cl-conflict',
      'bad-host',
      'te-in-http10',
      'bad-field-line',
      'header-limits',
      'body-forbidden',
      'duplicate-singleton',
    ]);
    const others = verdicts.filter(({ verdict }) => verdict === 'not applicable');
    expect(new Set(others.map(({ reason }) => reason))).toEqual(new Set(['a HAR has no packets']));
  });

  const faults: readonly (readonly [rule: string, side: 'request' | 'response', lines: readonly string[]])[] =
    [
      ['te-and-cl', 'response', ['Transfer-Encoding: chunked', 'Content-Length: 7']],
      ['cl-conflict', 'response', ['Content-Length: 7\n8']],
      ['bad-host', 'request', ['Host: a.example', 'Host: b.example']],
      ['bad-field-line', 'response', ['Bad Name: 7']],
      ['header-limits', 'request', [`Cookie: ${'x'.repeat(70_000)}`]],
      ['duplicate-singleton', 'response', ['Content-Type: text/html', 'Content-Type: text/plain']],
    ];
  for (const [rule, side, lines] of faults) {
    test(`${rule} fires`, async () => {
      const headers = lines.map((line) => {
        const colon = line.indexOf(':');
        return { name: line.slice(0, colon), value: line.slice(colon + 2) };
      });
      const { told } = await open(har([entry({ [side]: { headers } })]));
      expect(told.allFindings.at(-1)?.findings.map((finding) => finding.rule)).toEqual([rule]);
    });
  }

  test('do not miss a Host line in a request over HTTP/1.1 that reports none', async () => {
    const { told } = await open(har([entry({ request: { headers: [{ name: 'Accept', value: '*/*' }] } })]));
    expect(told.allFindings.at(-1)?.findings).toEqual([]);
  });
});
