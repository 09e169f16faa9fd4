import { describe, expect, it } from 'vitest';
import { connection, drawn, script } from '../support/packet-script.ts';
import { alert, clientHello, serverHello, TLS } from '../support/tls-messages.ts';
import { findingsOf, GET, OK, outline, plain } from './scene.ts';

const TWICE =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n';
const OTHER = GET.replace('/orders', '/health');
const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\nServer: istio-envoy\r\nContent-Length: 0\r\n\r\n';

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

describe('more than are looked at closely', () => {
  it('calls that a proxy broke off because its app closed are one finding, their callers folded', async () => {
    const get = String.raw`GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n`;
    const ok = String.raw`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
    const calls = Array.from({ length: 80 }, (_, at) => {
      const time = at * 10;
      return `
        c${at} 10.0.0.1:${2000 + at}
        f${at} 10.0.0.9:8080
        b${at} 10.0.0.9:${4000 + at}
        a${at} 10.0.0.7:9000
        ${time}ms b${at} > a${at} SYN
        ${time}.02ms a${at} > b${at} SYN ACK
        ${time}.04ms b${at} > a${at} ACK
        ${time}.1ms b${at} > a${at} "${get.replace('/orders', '/health')}"
        ${time}.2ms a${at} > b${at} "${ok}"
        ${time + 5}ms c${at} > f${at} SYN
        ${time + 5}.02ms f${at} > c${at} SYN ACK
        ${time + 5}.04ms c${at} > f${at} ACK
        ${time + 5}.1ms c${at} > f${at} "${get}"
        ${time + 5}.15ms a${at} > b${at} FIN
        ${time + 5}.2ms b${at} > a${at} "${get}"
        ${time + 5}.3ms a${at} > b${at} RST
        ${time + 5}.5ms f${at} > c${at} FIN
      `;
    });
    const { findings } = await findingsOf(drawn(calls.join('')));
    expect(findings.map(({ rule, count }) => `${rule} ${count}`)).toEqual(['keepalive-race 80']);
    expect(findings[0]?.folded).toEqual([
      { rule: 'no-response-close', title: 'Connections closed without an answer', count: 80 },
    ]);
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

describe('what is said of a message that broke nothing', () => {
  const request = String.raw`GET /orders HTTP/1.1\r\n\r\n`;
  const answer = String.raw`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;

  async function leadOf(packets: string): Promise<string> {
    const { findings } = await findingsOf(
      drawn(`
        client 10.0.0.1:2000
        server 10.0.0.2:80
        ${packets}
      `),
    );
    const [finding] = findings.filter(({ rule }) => rule === 'bad-host');
    return plain(finding?.lead ?? []);
  }

  it('is that the server answered, where it did', async () => {
    const lead = await leadOf(`
      0ms client > server "${request}"
      1ms server > client "${answer}"
    `);
    expect(lead).toContain('The server answered it all the same here');
  });

  it('is not that, where the answers were not captured', async () => {
    const lead = await leadOf(`
      0ms client > server "${request}"
      1ms client > server "${request}"
    `);
    expect(lead).not.toContain('answered');
    expect(lead).toContain('What the server made of it is not in the capture.');
  });
});

it('a RST after an answer that came before the whole request is not said to have lost nothing', async () => {
  const upload = String.raw`POST /upload HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\nabc`;
  const answer = String.raw`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
  const { findings } = await findingsOf(
    drawn(`
      client 10.0.0.1:2000
      server 10.0.0.2:80
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server ACK
      3ms client > server "${upload}"
      4ms server > client "${answer}"
      5ms client > server RST
    `),
  );
  const [finding] = findings.filter(({ rule }) => rule === 'rst-after-response');
  const lead = plain(finding?.lead ?? []);
  expect(lead).toContain('was complete before the whole request was sent; 1.00 ms later the client sent RST');
  expect(lead).not.toContain('Nothing was lost');
});

it('two codings of which one is unknown are not said to be chunked twice', async () => {
  const { findings } = await findingsOf(connection`
    3ms client > server ${GET}
    4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    5ms client > server RST
  `);
  const [finding] = findings;
  expect(finding?.rule).toBe('dup-te');
  expect(plain(finding?.lead ?? [])).toContain(
    'that reads odd, chunked, and proxies accept exactly chunked there',
  );
  expect(plain(finding?.whyItMatters ?? [])).toContain('two lines mean odd, chunked.');
});
