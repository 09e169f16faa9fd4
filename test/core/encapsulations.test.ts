import { describe, expect, it } from 'vitest';
import { direction, exchange, exchanges, flowMarks, issues, streams } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { script } from '../support/packet-script.ts';
import { ENCAPSULATIONS, sixToFour, vxlan, wrapped } from '../support/wrap-packets.ts';
import { RARE_ENCAPSULATIONS } from '../support/wrap-rarely.ts';

const four = script`
  link raw
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms client > server SYN
  1ms server > client SYN ACK
  2ms client > server "GET /four HTTP/1.1\r\nHost: a\r\n\r\n"
  3ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  4ms client > server FIN
`;

const six = script`
  link raw
  client [2001:db8::1]:35500
  server [2001:db8::2]:8080
  0ms client > server SYN
  1ms server > client SYN ACK
  2ms client > server "GET /six HTTP/1.1\r\nHost: a\r\n\r\n"
  3ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  4ms client > server FIN
`;

describe('an exchange inside', () => {
  for (const [name, encapsulation] of Object.entries({ ...ENCAPSULATIONS, ...RARE_ENCAPSULATIONS })) {
    it(`${name} is read as it is outside`, async () => {
      for (const [capture, target] of [
        [four, '/four'],
        [six, '/six'],
      ] as const) {
        const core = await readFourWays(wrapped(capture, encapsulation));
        expect(exchanges(core), target).toEqual([`GET ${target} 200`]);
        expect(exchange(core, 0).request.packets).toEqual([3, 3, 3]);
        expect(streams(core)).toEqual([0, 0, 0, 0, 0]);
        expect(core.tables.flows.originatorPort(0)).toBe(35500);
        expect(direction(core, 0, 0)).toMatchObject({ fin: 5, lost: 0, retransmissions: 0 });
        expect(issues(core)).toEqual({});
      }
    });
  }

  it('6to4 with a relay for each direction is one flow', async () => {
    const capture = script`
      link raw
      client [2002:c0a8:1::1]:35500
      server [2001:db8::2]:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server "GET /six HTTP/1.1\r\nHost: a\r\n\r\n"
      3ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    `;
    const core = await readFourWays(wrapped(capture, sixToFour));
    expect(exchanges(core)).toEqual(['GET /six 200']);
    expect(streams(core)).toEqual([0, 0, 0, 0]);
  });

  it('two networks of VXLAN with equal addresses is two flows', async () => {
    const [one, other] = [wrapped(four, vxlan(1)), wrapped(four, vxlan(2))];
    const packets = one.packets.flatMap((packet, index) => {
      const second = other.packets[index];
      return second ? [packet, { ...second, time: second.time + 1000n }] : [packet];
    });
    const core = await readFourWays({ ...one, packets });
    expect(exchanges(core)).toEqual(['GET /four 200', 'GET /four 200']);
    expect(core.tables.flows.rows).toBe(2);
    expect(core.tables.flows.context(0)).not.toBe(core.tables.flows.context(1));
    expect(issues(core)).toEqual({});
  });

  it('a tunnel marks the flow that an ICMP error in the same tunnel quotes, and no other', async () => {
    const refused = script`
      link raw
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN #syn
      1ms server > client icmp 3 3 quoting #syn
    `;
    const outside = script`
      link raw
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
    `;
    const [inOne, inTwo] = [wrapped(refused, vxlan(1)), wrapped(outside, vxlan(2))];
    const core = await readFourWays({ ...inOne, packets: [...inTwo.packets, ...inOne.packets] });
    expect([0, 1].map((flow) => flowMarks(core, flow).includes('ICMP_ERROR'))).toEqual([false, true]);
  });

  it('a tunnel header that was cut is told as cut, and nothing is read behind it', async () => {
    for (const name of ['GRE', 'VXLAN', 'Geneve', 'GTP-U', 'MPLS', 'PPPoE'] as const) {
      const encapsulation = ENCAPSULATIONS[name] ?? vxlan(0);
      const capture = wrapped(four, encapsulation);
      const whole = capture.packets[0]?.octets.length ?? 0;
      const inner = four.packets[0]?.octets.length ?? 0;
      const cut = whole - inner - 2;
      const packets = capture.packets.map((packet) => ({ ...packet, octets: packet.octets.slice(0, cut) }));
      const core = await readFourWays({ ...capture, packets });
      expect(core.tables.packets.rows, name).toBe(5);
      expect(exchanges(core), name).toEqual([]);
      expect(issues(core), name).toMatchObject({ PACKET_SNAPPED: 5 });
    }
  });
});
