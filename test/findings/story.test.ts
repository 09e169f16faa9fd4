import { describe, expect, it } from 'vitest';
import { findFindings } from '../../workers/findings/index.ts';
import { connection, drawn, script } from '../support/packet-script.ts';
import { loadCore } from '../support/core.ts';
import { readCapture } from '../support/read-capture.ts';
import { alert, clientHello, serverHello, TLS } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { findingsOf, GET, OK, ofRule, outline, plain } from './scene.ts';

const TWICE =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n';
const OTHER = GET.replace('/orders', '/health');
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

describe('one cause is one finding', () => {
  /** One connection to a server, with an answer and a reset. */
  function call(server: string, port: number, at: number, host: string): string {
    const get = String.raw`GET /orders HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const answer = TWICE.replaceAll('\r\n', String.raw`\r\n`);
    return `
      c${port} 10.0.0.1:${port}
      s${port} ${server}:8080
      ${at}ms c${port} > s${port} SYN
      ${at + 1}ms s${port} > c${port} SYN ACK
      ${at + 2}ms c${port} > s${port} ACK
      ${at + 3}ms c${port} > s${port} "${get}"
      ${at + 4}ms s${port} > c${port} "${answer}"
      ${at + 5}ms c${port} > s${port} RST
    `;
  }

  it('for many resets, with their count and all their flows', async () => {
    const calls = Array.from({ length: 100 }, (_, at) => call('10.0.0.2', 2000 + at, at * 10, 'shop'));
    const { findings } = await findingsOf(drawn(calls.join('')));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ rule: 'dup-te', count: 100 });
    expect(findings[0]?.flows).toHaveLength(100);
    expect(findings[0]?.folded).toEqual([
      { rule: 'rst-after-response', title: 'Connections reset by who read the answer', count: 100 },
    ]);
  });

  it('for one application behind two addresses', async () => {
    const { findings } = await findingsOf(
      drawn(call('10.0.0.2', 2000, 0, 'shop') + call('10.0.0.3', 2001, 10, 'shop')),
    );
    expect(findings.map(({ rule, count }) => `${rule} ${count}`)).toEqual(['dup-te 2']);
    expect(findings[0]?.scope).toBe('GET /orders · server 10.0.0.2:8080 and 10.0.0.3:8080');
  });

  it('and two applications are two', async () => {
    const { findings } = await findingsOf(
      drawn(call('10.0.0.2', 2000, 0, 'shop') + call('10.0.0.3', 2001, 10, 'pay')),
    );
    expect(findings.map(({ rule, count }) => `${rule} ${count}`)).toEqual(['dup-te 1', 'dup-te 1']);
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
      reason: 'no HTTP/1 message in clear was captured',
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
    expect(verdict?.reason).toBe('the snap length cut packets of every HTTP/1 connection');
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
});

describe('severity is earned', () => {
  it('a request that crossed the idle close is a warning where the proxy asked again and the caller got its answer', async () => {
    const { findings } = await findingsOf(script`
      caller 10.0.0.1:35500
      front  10.0.0.9:8080
      back   10.0.0.9:40000
      again  10.0.0.9:40001
      app    10.0.0.7:8080
      0ms back > app SYN
      1ms app > back SYN ACK
      2ms back > app ACK
      3ms back > app ${OTHER}
      4ms app > back ${OK}
      5000ms caller > front SYN
      5000.1ms front > caller SYN ACK
      5000.2ms caller > front ACK
      5001ms caller > front ${GET}
      5002ms app > back FIN
      5002.5ms back > app ${GET}
      5003ms app > back RST
      5004ms again > app SYN
      5004.1ms app > again SYN ACK
      5004.2ms again > app ACK
      5005ms again > app ${GET}
      5006ms app > again ${OK}
      5007ms front > caller ${OK}
    `);
    expect(findings[0]).toMatchObject({ rule: 'keepalive-race', severity: 'warning' });
    expect(plain(findings[0]?.lead ?? [])).toContain('tried again, and the caller got 200 OK');
  });

  it('the same is an error where the caller was told 502', async () => {
    const { findings } = await findingsOf(script`
      caller 10.0.0.1:35500
      front  10.0.0.9:8080
      back   10.0.0.9:40000
      app    10.0.0.7:8080
      0ms back > app SYN
      1ms app > back SYN ACK
      2ms back > app ACK
      3ms back > app ${OTHER}
      4ms app > back ${OK}
      5000ms caller > front SYN
      5000.1ms front > caller SYN ACK
      5000.2ms caller > front ACK
      5001ms caller > front ${GET}
      5002ms app > back FIN
      5002.5ms back > app ${GET}
      5003ms app > back RST
      5004ms front > caller ${BAD_GATEWAY}
    `);
    expect(findings[0]).toMatchObject({ rule: 'keepalive-race', severity: 'error' });
    expect(plain(findings[0]?.lead ?? [])).toContain('told the caller 502 Bad Gateway');
  });

  it('in a connection that began before the capture, a RST after the FIN tells the race, with a doubt', async () => {
    const { findings } = await findingsOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      3ms client > server ${GET}
      4ms server > client ${OK}
      5000ms client > server ${GET}
      5001ms server > client FIN
      5002ms server > client RST
    `);
    expect(findings[0]).toMatchObject({ rule: 'keepalive-race', severity: 'error', certainty: 'possible' });
  });
});

describe('the more telling cause comes first', () => {
  it('an alert about the name that was not sent is folded under no-sni', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server ${clientHello({ versions: [TLS.V12] })}
          4ms server > client ${alert(2, 112)}
          5ms server > client FIN
        `),
      ),
    ).toEqual(['error no-sni + tls-alert']);
  });

  it('an alert about a certificate is none about the name that was not sent', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server ${clientHello({ versions: [TLS.V12] })}
          4ms server > client ${alert(2, 40)}
          5ms server > client FIN
        `),
      ),
    ).toEqual(['error tls-alert', 'note no-sni']);
  });

  it('400 in plaintext of a server that speaks TLS to others is plaintext-to-tls', async () => {
    const { findings } = await findingsOf(script`
      tls 10.0.0.1:1000
      plain 10.0.0.1:1001
      server 10.0.0.2:443
      0ms tls > server SYN
      1ms server > tls SYN ACK
      2ms tls > server ACK
      3ms tls > server ${clientHello({ sni: 'shop.example', versions: [TLS.V12] })}
      4ms server > tls ${serverHello()}
      10ms plain > server SYN
      11ms server > plain SYN ACK
      12ms plain > server ACK
      13ms plain > server ${GET}
      14ms server > plain "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
      15ms server > plain FIN
    `);
    expect(findings[0]).toMatchObject({ rule: 'plaintext-to-tls', severity: 'error', certainty: 'certain' });
    expect(plain(findings[0]?.lead ?? [])).toContain('refused it with 400, in plaintext');
  });

  it('content that never comes to its announced end is possibly a wrong length', async () => {
    const { findings } = await findingsOf(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
      3004ms client > server FIN
      3005ms server > client FIN
    `);
    expect(findings[0]).toMatchObject({ rule: 'cl-mismatch', severity: 'warning', certainty: 'possible' });
    expect(plain(findings[0]?.lead ?? [])).toContain('10 of 100 octets of content, then nothing for 3.00 s');
  });

  it('a server that asks for the content with 100 and then resets has not answered', async () => {
    const { findings } = await findingsOf(connection`
      3ms client > server "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
      4ms server > client "HTTP/1.1 100 Continue\r\n\r\n"
      5ms client > server "hello"
      6ms server > client RST
    `);
    expect(findings[0]).toMatchObject({ rule: 'no-response-close', severity: 'error' });
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
