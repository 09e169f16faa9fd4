import { describe, expect, it } from 'vitest';
import { connection, drawn, script } from '../support/packet-script.ts';
import { findingsOf, GET, OK, outline, plain } from './scene.ts';

const GATEWAY_TIMEOUT =
  'HTTP/1.1 504 Gateway Timeout\r\nServer: istio-envoy\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\nupstream request timeout';
const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 107\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n\r\n';

/** A caller's connection to a proxy with a GET, up to its 2nd millisecond. */
const CALLED = `
  caller 10.0.0.1:35500
  front  10.0.0.9:8080
  back   10.0.0.9:40000
  app    10.0.0.7:8080
  0ms caller > front SYN
  0.1ms front > caller SYN ACK
  0.2ms caller > front ACK
  1ms caller > front "${GET.replaceAll('\r\n', String.raw`\r\n`)}"
`;

/** The proxy's connection to its app with the same GET. */
const PASSED_ON = `
  2ms back > app SYN
  2.1ms app > back SYN ACK
  2.2ms back > app ACK
  3ms back > app "${GET.replaceAll('\r\n', String.raw`\r\n`)}" #request
`;

const quoted = (text: string): string => `"${text.replaceAll('\r\n', String.raw`\r\n`)}"`;

describe('the first finding is the cause', () => {
  it('of a 504: the app was silent, and what the proxy wrote is folded under it', async () => {
    const findings = await findingsOf(
      drawn(
        `${CALLED}${PASSED_ON}
        3.1ms app > back ACK
        5003ms back > app RST
        5004ms front > caller ${quoted(GATEWAY_TIMEOUT)}`,
      ),
    );
    expect(outline(findings)).toEqual(['error timeout + local-reply']);
    expect(plain(findings.findings[0]?.lead ?? [])).toContain('acknowledged all of the request');
  });

  it('of a 504 without a close: the proxy keeps the connection, and told its caller all the same', async () => {
    const findings = await findingsOf(
      drawn(
        `${CALLED}${PASSED_ON}
        3.1ms app > back ACK
        5004ms front > caller ${quoted(GATEWAY_TIMEOUT)}`,
      ),
    );
    expect(outline(findings)).toEqual(['error timeout + local-reply']);
    expect(findings.findings[0]?.title).toBe(
      'The app did not answer within 5.00 s, and the proxy stopped waiting',
    );
  });

  it('of a 504 where nothing was acknowledged: the way, and no slow app', async () => {
    const findings = await findingsOf(
      drawn(
        `${CALLED}${PASSED_ON}
        203ms back > app again #request
        603ms back > app again #request
        1403ms back > app again #request
        5003ms back > app RST
        5004ms front > caller ${quoted(GATEWAY_TIMEOUT)}`,
      ),
    );
    expect(outline(findings)).toEqual(['error idle-drop + local-reply']);
  });

  it('of a 503 behind unanswered SYNs: the SYNs', async () => {
    const findings = await findingsOf(
      drawn(
        `${CALLED}
        2ms back > app SYN #syn
        1002ms back > app again #syn
        3002ms back > app again #syn
        4002ms front > caller ${quoted(UNAVAILABLE)}`,
      ),
    );
    expect(outline(findings)).toEqual(['error syn-timeout + local-reply']);
  });

  it('of a proxy that closes because its caller left: the caller', async () => {
    const findings = await findingsOf(
      drawn(
        `${CALLED}${PASSED_ON}
        3.1ms app > back ACK
        401ms caller > front FIN
        402ms back > app FIN
        403ms front > caller FIN
        404ms app > back FIN`,
      ),
    );
    expect(outline(findings)).toEqual(['warning client-gave-up']);
    expect(findings.findings[0]?.count).toBe(1);
  });
});

describe('what is not claimed', () => {
  it('a deadline in the request that is over is a timeout, whoever the client is', async () => {
    const { findings } = await findingsOf(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\nx-envoy-expected-rq-timeout-ms: 2000\r\n\r\n"
      4ms server > client ACK
      2003ms client > server RST
    `);
    expect(findings[0]).toMatchObject({ rule: 'timeout', severity: 'error' });
    expect(plain(findings[0]?.lead ?? [])).toContain('x-envoy-expected-rq-timeout-ms: 2000');
  });

  it('a client that closes at once wanted no answer', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server ${GET}
          4ms client > server FIN
          5ms server > client ACK
        `),
      ),
    ).toEqual([]);
  });

  it('a request that waits when the capture ends may still be answered', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server ${GET}
          4ms server > client ACK
          9000ms client > server ACK
        `),
      ),
    ).toEqual([]);
  });

  it('SYNs beside another address that answers are a note', async () => {
    const findings = await findingsOf(script`
      one   10.0.0.1:35500
      two   10.0.0.1:35501
      dead  10.0.0.2:8080
      alive 10.0.0.3:8080
      0ms one > dead SYN #syn
      250ms two > alive SYN
      251ms alive > two SYN ACK
      252ms two > alive ACK
      1000ms one > dead again #syn
      3000ms one > dead again #syn
    `);
    expect(outline(findings)).toEqual(['note syn-timeout']);
  });

  it('an answer that the proxy only passed on is not its own', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server ${GET}
          4ms server > client "HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n<p>sorry</p"
        `),
      ),
    ).toEqual([]);
  });

  it('nginx is known by the length of its page', async () => {
    const { findings } = await findingsOf(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 157\r\n\r\n" "x"*157
    `);
    expect(findings[0]?.title).toBe('nginx itself answered 502 Bad Gateway: it is no app’s answer');
  });

  it('large segments that are lost and then arrive are no matter of MTU', async () => {
    expect(
      outline(
        await findingsOf(connection`
          3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1400\r\n\r\n" "x"*1400 #large
          203ms client > server again #large
          603ms client > server again #large
          604ms server > client ${OK}
        `),
      ),
    ).toEqual([]);
  });

  it('a window of 0 that opens again is a note', async () => {
    const findings = await findingsOf(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" "x"*1000
      5ms client > server ACK win 0
      5005ms client > server ACK win 60000
      5006ms server > client "x"*1000
      5007ms client > server ACK
    `);
    expect(outline(findings)).toEqual(['note zero-window']);
    expect(findings.findings[0]?.title).toBe('The client took nothing in for 5.00 s: its window was 0');
  });

  it('lines ended by LF alone are a note, and a close after them is no answer to them', async () => {
    const findings = await findingsOf(connection`
      3ms client > server "GET / HTTP/1.1\nHost: a\n\n"
      4ms server > client FIN
    `);
    expect(outline(findings)).toEqual(['error no-response-close', 'note bad-field-line']);
  });
});
