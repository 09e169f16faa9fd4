import { describe, expect, it } from 'vitest';
import { findFindings } from '../../workers/findings/index.ts';
import { connection, drawn, script } from '../support/packet-script.ts';
import { loadCore } from '../support/core.ts';
import { readCapture } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';
import { findingsOf, GET, OK, ofRule, outline, plain } from './scene.ts';

const TWICE =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n';
const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nServer: istio-envoy\r\nContent-Length: 0\r\n\r\n';

const TWO_HOPS = script`
  caller 10.0.0.1:35500
  front  10.0.0.9:8080
  back   10.0.0.9:40000
  app    10.0.0.7:8080
  0ms caller > front SYN
  0.1ms front > caller SYN ACK
  0.2ms caller > front ACK
  1ms caller > front ${GET}
  1.1ms back > app SYN
  1.2ms app > back SYN ACK
  1.3ms back > app ACK
  2ms back > app ${GET}
  4ms app > back ${TWICE}
  4.5ms back > app RST
  5ms front > caller ${BAD_GATEWAY}
`;

describe('with both hops of a proxy in the capture', () => {
  it('the cause is one finding that says what the caller was told', async () => {
    const findings = await findingsOf(TWO_HOPS);
    expect(outline(findings)).toEqual(['error dup-te + rst-after-response']);
    const [cause] = findings.findings;
    expect(cause?.title).toBe('The app sent Transfer-Encoding twice, so the proxy reset the connection');
    expect(plain(cause?.lead ?? [])).toContain('told the caller 502 Bad Gateway');
    expect(cause?.scope).toBe('GET /orders · app 10.0.0.7:8080');
    expect(cause?.evidence.map(({ label }) => label)).toEqual([
      'packet 9, the answer',
      'packet 10, RST of the proxy',
      'packet 11, 502 to the caller',
      'exchange GET /orders',
      'exchange GET /orders, as the caller had it',
      'stream 1',
    ]);
  });

  it('of two callers of the same route at once, the one is meant that the proxy passed on at once', async () => {
    const { findings } = await findingsOf(script`
      caller 10.0.0.1:35500
      other  10.0.0.1:35501
      front  10.0.0.9:8080
      back   10.0.0.9:40000
      wait   10.0.0.9:40001
      app    10.0.0.7:8080
      0ms caller > front ${GET}
      0.1ms back > app ${GET}
      3ms other > front ${GET}
      3.1ms wait > app ${GET}
      4ms app > back ${TWICE}
      4.5ms back > app RST
      5ms front > caller ${BAD_GATEWAY}
      9ms app > wait ${OK}
      9.1ms front > other ${OK}
    `);
    expect(findings[0]).toMatchObject({ rule: 'dup-te', severity: 'error', count: 1 });
    expect(findings[0]?.ladder?.lifelines[0]?.address).toBe('10.0.0.1:35500');
    expect(plain(findings[0]?.lead ?? [])).toContain('told the caller 502 Bad Gateway');
  });

  it('the same through an Istio sidecar, whose own connection goes to the same address', async () => {
    const { findings } = await findingsOf(script`
      caller 10.244.0.14:35500
      front  10.244.0.17:8080
      back   127.0.0.6:40000
      app    10.244.0.17:8080
      0ms caller > front ${GET}
      0.4ms back > app ${GET}
      3ms app > back ${TWICE}
      3.4ms front > caller ${BAD_GATEWAY}
      3.5ms back > app RST
    `);
    expect(findings[0]).toMatchObject({ rule: 'dup-te', severity: 'error' });
    expect(findings[0]?.ladder?.lifelines.map(({ role }) => role)).toEqual(['client', 'istio-proxy', 'app']);
    expect(plain(findings[0]?.lead ?? [])).toContain('told the caller 502 Bad Gateway');
  });

  it('the ladder has three lifelines, times from its first step, and marks the failure', async () => {
    const { findings } = await findingsOf(TWO_HOPS);
    const ladder = findings[0]?.ladder;
    expect(ladder?.lifelines).toEqual([
      { role: 'client', address: '10.0.0.1:35500' },
      { role: 'istio-proxy', address: '10.0.0.9:8080' },
      { role: 'app', address: '10.0.0.7:8080' },
    ]);
    expect(
      ladder?.steps.map(
        ({ time, from, to, label, tone }) => `${time / 1e6} ${from}>${to} ${label} (${tone})`,
      ),
    ).toEqual([
      '0 0>1 GET /orders (plain)',
      '1 1>2 GET /orders (plain)',
      '3 2>1 200 OK, header twice (plain)',
      '3 2>1 chunks, 7 octets, never read to the end (quiet)',
      '3.5 1>2 RST, answer unfinished (bad)',
      '4 1>0 502 Bad Gateway (bad)',
    ]);
  });

  it('the quote marks the offending lines and no other', async () => {
    const { findings } = await findingsOf(TWO_HOPS);
    expect(findings[0]?.quote?.lines).toEqual([
      { text: 'HTTP/1.1 200 OK' },
      { text: 'Transfer-Encoding: chunked', remark: 'first' },
      { text: 'Transfer-Encoding: chunked', remark: 'second, same name' },
      { text: '… 7 octets of chunks, cut off by the reset', isOurs: true },
    ]);
  });
});

describe('what the capture cannot prove is not claimed', () => {
  it('a rule without anything to look at is not applicable, and says why', async () => {
    const findings = findFindings(await readCapture(drawn('a 10.0.0.1:1\nb 10.0.0.2:2\n0ms a > b udp "x"')), {
      isFinal: true,
    });
    const verdict = findings.verdicts.find(({ rule }) => rule === 'dup-te');
    expect(verdict).toMatchObject({
      verdict: 'not applicable',
      reason: 'no HTTP message in clear was captured',
    });
    expect(findings.quality).toBe('complete, both directions');
  });

  it('a capture of one direction says so instead of finding nobody at fault', async () => {
    const { verdicts, findings } = await findingsOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      2ms client > server ACK
      3ms client > server ${GET}
      5ms client > server FIN
    `);
    expect(findings.map(({ rule }) => rule)).toEqual(['capture-quality']);
    const verdict = verdicts.find(({ rule }) => rule === 'no-response-close');
    expect(verdict?.reason).toBe('only one direction of each connection was captured');
  });

  it('a capture of the first octets only is no proof that the headers are in order', async () => {
    const { verdicts } = await findingsOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server ACK
      3ms client > server ${GET} snap 60
      4ms server > client ${OK} snap 60
    `);
    const verdict = verdicts.find(({ rule }) => rule === 'dup-te');
    expect(verdict?.reason).toBe('the snap length cut packets of every HTTP connection');
  });

  it('an answer with a gap in it makes the finding possible, with the octets that are missing', async () => {
    const { findings } = await findingsOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server ACK
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
      5ms server > client "0123456789" lost
      6ms server > client "0123456789"
      7ms client > server ACK
      8ms server > client RST
    `);
    const [cut] = findings.filter(({ rule }) => rule === 'rst-mid-response');
    expect(cut?.certainty).toBe('possible');
    expect(cut?.caveats).toContain('10 octets of stream 0 are missing in the capture.');
  });

  it.each([
    ['0\r\n', 'breaks no rule that Offwire knows.'],
    ['0\n', 'is odd in itself, which may be why: odd chunk line.'],
  ])('an answer that the client left is not called faultless where it is not (%j)', async (end, expected) => {
    const { findings } = await findingsOf(connection`
      3ms client > server ${GET}
      4ms server > client ${`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n${end}`}
      5ms client > server FIN
      6ms server > client FIN
    `);
    const [left] = findings.filter(({ rule }) => rule === 'rst-mid-response');
    expect(plain(left?.lead ?? [])).toContain(expected);
  });
});

describe('octets of the capture', () => {
  it('reach prose as code only, whatever they are', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const { findings } = await findingsOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server ACK
      3ms client > server ${`GET /${evil} HTTP/1.1\r\nHost: ${evil}\r\nHost: ${evil}\r\n\r\n`}
      4ms server > client FIN
    `);
    const [host] = ofRule({ findings, verdicts: [], quality: '', isFinal: true }, 'bad-host');
    const prose = [host?.lead ?? [], host?.whyItMatters ?? [], ...(host?.whatToChange ?? [])].flat();
    expect(prose.filter((part) => typeof part === 'string' && part.includes('<'))).toEqual([]);
    expect(
      prose.filter((part) => typeof part === 'object' && 'strong' in part && part.strong.includes('<')),
    ).toEqual([]);
    expect(prose.some((part) => typeof part === 'object' && 'code' in part && part.code.includes(evil))).toBe(
      true,
    );
    expect(host?.title).not.toContain('<');
  });
});

describe('while the capture is read', () => {
  it('findings of every part of it are claims that the end does not take back', async () => {
    const { octets } = writePcap(TWO_HOPS);
    const core = await loadCore();
    const chunk = 50;
    for (let at = 0; at < octets.length; at += chunk) {
      core.push(octets.subarray(at, at + chunk));
      const sofar = findFindings(core, { isFinal: false });
      expect(sofar.isFinal).toBe(false);
      const loud = sofar.findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
      expect(['dup-te']).toEqual(expect.arrayContaining(loud));
    }
    core.finish();
    expect(outline(findFindings(core, { isFinal: true }))).toEqual(['error dup-te + rst-after-response']);
  });
});
