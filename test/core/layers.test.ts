import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../workers/addresses.ts';
import type { Core } from '../../workers/core.ts';
import type { Capture } from '../support/capture.ts';
import { direction, exchange, exchanges, flowMarks, issues, protocols, streams } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { hexOctets } from '../support/octets.ts';
import { drawn, script } from '../support/packet-script.ts';

/** The same talk over any link. */
function talkOver(link: string): Capture {
  const text = String.raw`
    link ${link}
    client 10.0.0.1:35500
    server 10.0.0.2:8080
    c6 [2001:db8::1]:40000
    s6 [2001:db8::2]:80
    0ms    client > server  SYN
    1ms    server > client  SYN ACK
    2ms    client > server  ACK
    3ms    client > server  "GET /four HTTP/1.1\r\nHost: a\r\n\r\n"
    4ms    server > client  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    5ms    c6 > s6  SYN
    6ms    s6 > c6  SYN ACK
    7ms    c6 > s6  "GET /six HTTP/1.1\r\nHost: b\r\n\r\n"
    8ms    s6 > c6  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    9ms    client > server  udp "datagram"
  `;
  return drawn(text);
}

function originators(core: Core): string[] {
  const { flows } = core.tables;
  return Array.from({ length: flows.rows }, (_, row) =>
    formatAddress(core, flows.originatorAddress(row), flows.ipVersion(row)),
  );
}

describe('link layers', () => {
  const links = [
    'ethernet',
    'ethernet vlan 10',
    'ethernet qinq 20 10',
    'sll',
    'sll vlan 10',
    'sll2',
    'sll2 vlan 10',
    'null',
    'null big',
    'loop',
    'raw',
  ];
  for (const link of links) {
    it(`lead to IPv4 and IPv6 over ${link}`, async () => {
      const core = await readFourWays(talkOver(link));
      expect(exchanges(core)).toEqual(['GET /four 200', 'GET /six 404']);
      expect(streams(core)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 0]);
      expect(originators(core)).toEqual(['10.0.0.1', '2001:db8::1', '10.0.0.1']);
      expect(issues(core)).toEqual({});
    });
  }

  it('of IPv4 alone and of IPv6 alone hold just that', async () => {
    const four = await readFourWays(script`
      link ipv4
      a 10.0.0.1:1
      b 10.0.0.2:2
      0ms a > b udp "x"
    `);
    const six = await readFourWays(script`
      link ipv6
      a [::1]:1
      b [::1]:2
      0ms a > b udp "x"
    `);
    expect([...protocols(four), ...protocols(six)]).toEqual(['UDP', 'UDP']);
    expect([...originators(four), ...originators(six)]).toEqual(['10.0.0.1', '::1']);
  });

  for (const [family, name] of [
    ['18000000', 'NetBSD and OpenBSD'],
    ['1c000000', 'FreeBSD'],
    ['1e000000', 'Darwin'],
    ['0a000000', 'Linux'],
  ] as const) {
    it(`of type NULL know the IPv6 family of ${name}`, async () => {
      const core = await readFourWays(script`
        link null
        a [::1]:1
        b [::1]:2
        0ms a > b udp "x" patch link+0 ${hexOctets(family)}
      `);
      expect(protocols(core)).toEqual(['UDP']);
    });
  }

  it('that nobody knows are shown as packets, with one issue', async () => {
    const known = talkOver('ethernet');
    const odd = { ...known, interfaces: [{ linkType: 147, snapLength: 0 }] };
    const core = await readFourWays(odd);
    expect(core.tables.packets.rows).toBe(10);
    expect(core.tables.flows.rows).toBe(0);
    expect(issues(core)).toEqual({ LINK_TYPE_UNKNOWN: 10 });
  });

  it('carry ARP and what is not IP without an issue', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:2
      0ms a > b ether 0x0806 hex"0001080006040001 020000000001 0a000001 000000000000 0a000002"
      1ms a > b ether 0x88cc hex"020704aabbccddeeff"
      2ms a > b ether 0x0026 hex"424203000000000000000000000000000000000000000000000000000000000000000000"
    `);
    expect(protocols(core)).toEqual(['ARP', 'LLDP', 'STP']);
    expect(streams(core)).toEqual([undefined, undefined, undefined]);
    expect(issues(core)).toEqual({});
  });

  it('of equal ports in two VLANs are one flow, as Wireshark 4.0 counts tcp.stream', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN vlan 10
      1ms client > server SYN vlan 20
      2ms server > client SYN ACK vlan 10
    `);
    expect(core.tables.flows.rows).toBe(1);
    expect(core.tables.flows.synCount(0)).toBe(2);
  });
});

describe('IPv4', () => {
  it('with options finds the transport behind them', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      0ms a > b "GET /o HTTP/1.1\r\nHost: a\r\n\r\n" ipopt hex"94040000 0101010100"
    `);
    expect(exchanges(core)).toEqual(['GET /o -']);
  });

  it('trims the padding that Ethernet adds to short frames', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms    client > server  SYN pad 60
      1ms    server > client  SYN ACK pad 60
      2ms    client > server  ACK pad 60
      3ms    client > server  "GET / HTTP/1.1\r\nHost: a\r\n\r\n" trailer hex"deadbeef"
      4ms    server > client  ACK pad 64
      5ms    server > client  "HTTP/1.1 204 No Content\r\n\r\n" trailer hex"deadbeef"
    `);
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 27, retransmissions: 0 });
    expect(direction(core, 0, 1)).toMatchObject({ octets: 27, retransmissions: 0 });
    expect(issues(core)).toEqual({});
  });

  it('with total length 0 is a segment that the sender cuts later: it goes to the end of the frame', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      0ms a > b "GET /tso HTTP/1.1\r\nHost: a\r\n\r\n" patch ip+2 hex"0000"
    `);
    expect(exchanges(core)).toEqual(['GET /tso -']);
    expect(issues(core)).toEqual({});
  });

  it('tells cut packets from contradictions', async () => {
    const cut = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      0ms a > b udp "12345678" snap 10
      1ms a > b udp "12345678" snap 24
      2ms a > b udp "12345678" snap 38
      3ms a > b "12345678" snap 40
      4ms a > b udp "12345678" snap 46
    `);
    expect(issues(cut)).toEqual({
      PACKET_SNAPPED: 5,
      LINK_TRUNCATED: 1,
      IP_TRUNCATED: 1,
      UDP_TRUNCATED: 1,
      TCP_TRUNCATED: 1,
    });
    const wrong = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      0ms a > b udp "12345678" patch ip+0 hex"41"
      1ms a > b udp "12345678" patch ip+0 hex"65"
      2ms a > b udp "12345678" patch ip+2 hex"0010"
      3ms a > b "12345678" patch l4+12 hex"40"
      4ms a > b udp "12345678" patch l4+4 hex"0007"
      5ms a > b udp "12345678" patch l4+4 hex"0ff0"
      6ms a > b "12345678" patch l4+12 hex"f0"
    `);
    expect(issues(wrong)).toEqual({ IP_MALFORMED: 3, TCP_MALFORMED: 2, UDP_MALFORMED: 2 });
  });

  it('with a TCP header that cannot be read is a packet of the flow of its ports', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
      1ms a > b "12345678" patch l4+12 hex"10"
      2ms b > a "12345678" patch l4+12 hex"f0"
    `);
    expect(issues(core)).toEqual({ TCP_MALFORMED: 2 });
    expect(core.tables.flows.rows).toBe(1);
    expect(core.tables.flows.transport(0)).toBe(6);
    expect(core.tables.directions.packets(0)).toBe(2);
    expect(core.tables.directions.octets(0)).toBe(30);
  });

  it('whose total length goes beyond the frame is an issue, and what is there is read', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      0ms a > b "GET /long HTTP/1.1\r\nHost: a\r\n\r\n" patch ip+2 hex"0400"
    `);
    expect(issues(core)).toEqual({ IP_LENGTH: 1 });
    expect([core.tables.issues.found(0), core.tables.issues.expected(0)]).toEqual([0x400, 71]);
    expect(core.tables.packets.rows).toBe(1);
  });
});

describe('IPv6', () => {
  for (const extensions of ['hop', 'dest', 'route', 'auth', 'hop,dest,route', 'hop,route,frag,auth,dest']) {
    it(`finds TCP behind ${extensions}`, async () => {
      const core = await readFourWays(
        drawn(String.raw`
                a [2001:db8::1]:1
                b [2001:db8::2]:80
                0ms a > b "GET /six HTTP/1.1\r\nHost: a\r\n\r\n" ext ${extensions}
              `),
      );
      expect(exchanges(core)).toEqual(['GET /six -']);
      expect(core.tables.flows.transport(0)).toBe(6);
      expect(issues(core)).toEqual({});
    });
  }

  it('cut inside an extension header is truncated', async () => {
    const core = await readFourWays(script`
      a [2001:db8::1]:1
      b [2001:db8::2]:80
      0ms a > b "x" ext hop,dest snap 58
    `);
    expect(issues(core)).toEqual({ PACKET_SNAPPED: 1, IP_TRUNCATED: 1 });
  });

  it('trims padding behind its payload length', async () => {
    const core = await readFourWays(script`
      a [2001:db8::1]:40000
      b [2001:db8::2]:80
      0ms a > b "x" pad 100
    `);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 1 });
  });
});

describe('transports', () => {
  it('with TCP options, ECN and urgent flags are read as they stand', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500 scale 7
      server 10.0.0.2:8080
      0ms client > server SYN ECE CWR tcpopt hex"020405b4 0402 080a0000000100000000 01 030307"
      1ms server > client SYN ACK ECE tcpopt hex"020405b4 0101 0402"
      2ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n" URG
    `);
    expect(core.tables.packets.tcpFlags(0)).toBe(0xc2);
    expect(core.tables.packets.tcpFlags(1)).toBe(0x52);
    expect(core.tables.packets.tcpFlags(2)).toBe(0x38);
    expect(core.tables.directions.windowScale(0)).toBe(7 + 1);
    expect(exchanges(core)).toEqual(['GET / -']);
  });

  it('number UDP flows from 0 on their own', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:53
      c 10.0.0.3:1000
      0ms a > b SYN
      1ms a > b udp "q"
      2ms c > b udp "q"
      3ms b > a udp "r"
    `);
    expect(streams(core)).toEqual([0, 0, 1, 0]);
    expect(core.tables.flows.rows).toBe(3);
  });

  it('show ICMP and ICMPv6, and mark the flow that an error quotes', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      c6 [2001:db8::1]:40000
      s6 [2001:db8::2]:80
      0ms client > server SYN #syn
      1ms server > client icmp 3 3 quoting #syn
      2ms c6 > s6 SYN #six
      3ms s6 > c6 icmp 1 4 quoting #six
      4ms client > server icmp 8 0 hex"00010001" "ping"
    `);
    expect(protocols(core)).toEqual(['TCP', 'ICMP', 'TCP', 'ICMPV6', 'ICMP']);
    const marked = Array.from({ length: core.tables.flows.rows }, (_, row) => row).filter(
      (row) => core.tables.flows.transport(row) === 6 && flowMarks(core, row).includes('ICMP_ERROR'),
    );
    expect(marked).toHaveLength(2);
  });

  it('keep what snapping left of a segment and say so', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server "POST /cut HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" "x"*100 snap 120
      3ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(issues(core)).toMatchObject({ PACKET_SNAPPED: 1 });
    expect(flowMarks(core, 0)).toContain('SNAPPED');
    expect(exchanges(core)).toEqual(['POST /cut 200']);
    expect(exchange(core, 0).request).toMatchObject({
      state: 'COMPLETE',
      framing: 'CONTENT_LENGTH',
      marks: ['GAP'],
    });
  });
});
