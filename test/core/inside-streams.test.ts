import { describe, expect, it } from 'vitest';
import { exchange, exchanges, flowMarks, hello, issues } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { hexOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';
import { applicationData, clientHello, serverHello } from '../support/tls-messages.ts';

const CONNECT = 'CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n';
const GRANTED = 'HTTP/1.1 200 Connection established\r\n\r\n';
const GET = 'GET /inside HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('inside a tunnel that CONNECT made', () => {
  it('TLS is read from its ClientHello on', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${CONNECT}
      4ms server > client ${GRANTED}
      5ms client > server ${clientHello({ sni: 'shop.example' })}
      6ms server > client ${serverHello()} ${applicationData(500)}
      7ms client > server ${applicationData(53)}
    `);
    expect(exchanges(core)).toEqual(['CONNECT shop.example:443 200']);
    expect(hello(core, 0)).toMatchObject({ name: 'shop.example', packets: '6-6', outcome: 'COMPLETE' });
    expect(core.tables.flows.hello(0)).toBe(1);
  });

  it('plain HTTP is exchanges of the same flow', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${CONNECT}
      4ms server > client ${GRANTED}
      5ms client > server ${GET}
      6ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual(['CONNECT shop.example:443 200', 'GET /inside 200']);
    expect(exchange(core, 1).response).toMatchObject({ state: 'COMPLETE', body: 2, violations: [] });
  });

  it('other octets make no row', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${CONNECT}
      4ms server > client ${GRANTED}
      5ms server > client "SSH-2.0-server\r\n"
      6ms client > server "SSH-2.0-client\r\n" hex"0000010a" "x"*300
    `);
    expect(exchanges(core)).toEqual(['CONNECT shop.example:443 200']);
    expect(exchange(core, 0).response).toMatchObject({ framing: 'TUNNEL', violations: [] });
    expect(issues(core)).toEqual({});
  });
});

describe('a PROXY protocol header', () => {
  const V2 = hexOctets('0d0a0d0a000d0a515549540a 21 11 000c 0a000001 0a000002 1234 0050');
  const told: readonly [string, string | Uint8Array, string][] = [
    ['version 1', 'PROXY TCP4 10.0.0.1 10.0.0.2 4660 80\r\n', 'TCP4 10.0.0.1 10.0.0.2 4660 80'],
    ['version 1, unknown', 'PROXY UNKNOWN\r\n', 'UNKNOWN'],
    ['version 2', V2, 'TCP4 10.0.0.1 10.0.0.2 4660 80'],
  ];
  for (const [name, header, expected] of told) {
    it(`of ${name} is passed over, and what it tells is kept`, async () => {
      const core = await readFourWays(connection`
        3ms client > server ${header} ${GET}
        4ms server > client ${OK}
      `);
      expect(exchanges(core)).toEqual(['GET /inside 200']);
      expect(exchange(core, 0).request).toMatchObject({ head: GET.length, violations: [], marks: [] });
      expect(flowMarks(core, 0)).toContain('PROXY_PROTOCOL');
      expect(core.text(core.tables.flows.proxied(0))).toBe(expected);
    });

    it(`of ${name} may be split at any octet`, async () => {
      const octets = typeof header === 'string' ? Buffer.from(header) : header;
      for (let at = 1; at <= octets.length; at++) {
        const core = await readCapture(connection`
          3ms client > server ${octets.subarray(0, at)}
          4ms client > server ${octets.subarray(at)} ${GET}
          5ms server > client ${OK}
        `);
        expect(exchanges(core), `split at ${at}`).toEqual(['GET /inside 200']);
        expect(core.text(core.tables.flows.proxied(0)), `split at ${at}`).toBe(expected);
      }
    });
  }

  it('before TLS is passed over too', async () => {
    const core = await readFourWays(connection`
      3ms client > server "PROXY TCP4 10.0.0.1 10.0.0.2 4660 443\r\n" ${clientHello({ sni: 'shop.example' })}
    `);
    expect(hello(core, 0)).toMatchObject({ name: 'shop.example' });
    expect(flowMarks(core, 0)).toContain('PROXY_PROTOCOL');
  });

  it('is not seen in a request whose method begins like it', async () => {
    for (const method of ['P', 'PR', 'PROPFIND', 'PROXYING', 'PRI', 'PUT']) {
      const core = await readFourWays(connection`
        3ms client > server "${method} /x HTTP/1.1\r\nHost: a\r\n\r\n"
        4ms server > client ${OK}
      `);
      expect(exchanges(core)).toEqual([`${method} /x 200`]);
      expect(flowMarks(core, 0)).not.toContain('PROXY_PROTOCOL');
    }
  });
});
