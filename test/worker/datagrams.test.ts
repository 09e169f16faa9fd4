import { describe, expect, it } from 'vitest';
import type { PacketItem } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { concat, hexOctets, u16, u32, u8 } from '../support/octets.ts';
import { script } from '../support/packet-script.ts';
import { cryptoFrame, initial, negotiation, oneRtt } from '../support/quic-packets.ts';
import { clientHelloMessage, TLS } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

/** The packets of a capture as they are listed: protocol and info. */
async function listed(capture: Capture): Promise<readonly string[]> {
  const { analysis } = await openOctets(writePcap(capture).octets);
  const query = await analysis.query('packets', { filter: '', sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  const items: readonly PacketItem[] = await analysis.window('packets', query.value.id, 0, query.value.rows);
  return items.map(({ protocol, info }) => `${protocol}: ${info}`);
}

const ID = hexOctets('8394c8f03e515708');
const NAME = hexOctets('04 73686f70 07 6578616d706c65 00');

describe('a datagram is named by its octets, on any port:', () => {
  it('WireGuard by its types and lengths, transport data only where it is at home', async () => {
    const initiation = concat(u32(0x01000000), hexOctets('78563412'), new Uint8Array(140));
    const response = concat(u32(0x02000000), hexOctets('21436587 78563412'), new Uint8Array(80));
    const data = concat(u32(0x04000000), hexOctets('78563412'), new Uint8Array(24));
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        stranger 10.0.0.3:40002
        home 10.0.0.4:51820
        0ms client > server udp ${initiation}
        1ms server > client udp ${response}
        2ms client > server udp ${data}
        3ms stranger > server udp ${data}
        4ms home > client udp ${data}
        5ms stranger > client udp ${initiation.subarray(0, 147)}
      `),
    ).toEqual([
      'WireGuard: Handshake Initiation, sender=0x12345678',
      'WireGuard: Handshake Response, sender=0x87654321, receiver=0x12345678',
      'WireGuard: Transport Data',
      'UDP: 40002 → 40001 Len=32',
      'WireGuard: Transport Data, receiver=0x12345678',
      'UDP: 40002 → 40000 Len=147',
    ]);
  });

  it('QUIC by a long header of a version that is known, and what follows by its flow', async () => {
    const hello = clientHelloMessage({ sni: 'shop.example', versions: [TLS.V13] });
    const question = initial({ from: 'client', keyId: ID, frames: cryptoFrame(0, hello), size: 1200 });
    const unknown = concat(u8(0xc3), u32(0x0badcafe), question.subarray(5));
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        stranger 10.0.0.3:40002
        0ms client > server udp ${question}
        1ms server > client udp ${oneRtt(ID)}
        2ms stranger > server udp ${unknown}
        3ms stranger > server udp ${oneRtt(ID)}
      `),
    ).toEqual([
      'QUIC: Initial, DCID=8394c8f03e515708, SCID=01020304, Client Hello (SNI=shop.example)',
      'QUIC: Protected Payload',
      'UDP: 40002 → 40001 Len=1200',
      'UDP: 40002 → 40001 Len=49',
    ]);
  });

  it('QUIC by what a server says of its versions, and by a reserved one that a client begins with', async () => {
    const question = (version: number): Uint8Array =>
      initial({ version, from: 'client', keyId: ID, frames: cryptoFrame(0, u8(1)), size: 60 });
    const refusal = negotiation(ID, hexOctets('01020304'), [0x0a1a2a3a, 1]);
    const reserved = question(0x0a0a0a0a);
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        stranger 10.0.0.3:40002
        0ms client > server udp ${reserved}
        1ms server > client udp ${refusal}
        2ms server > stranger udp ${refusal}
        3ms stranger > client udp ${negotiation(ID, ID, [0x0badcafe])}
        4ms stranger > client udp ${refusal.subarray(0, 21)}
        5ms stranger > client udp ${concat(u8(0xe0), reserved.subarray(1))}
      `),
    ).toEqual([
      'QUIC: Initial, DCID=8394c8f03e515708, SCID=01020304',
      'QUIC: Version Negotiation, DCID=8394c8f03e515708, SCID=01020304',
      'QUIC: Version Negotiation, DCID=8394c8f03e515708, SCID=01020304',
      'UDP: 40002 → 40000 Len=27',
      'UDP: 40002 → 40000 Len=21',
      'UDP: 40002 → 40000 Len=60',
    ]);
  });

  it('QUIC of Google by its version, wherever it stands', async () => {
    const old = concat(hexOctets('0d e71ad5d7756c4d4d 51303433 01'), new Uint8Array(40));
    const late = concat(hexOctets('c3 51303436 50 b4a4f9f5f42edd39 00000001'), new Uint8Array(40));
    const other = concat(hexOctets('0d e71ad5d7756c4d4d 51303a33 01'), new Uint8Array(40));
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        stranger 10.0.0.3:40002
        0ms client > server udp ${old}
        1ms server > client udp hex"08 e71ad5d7756c4d4d 01"
        2ms stranger > server udp ${late}
        3ms stranger > client udp ${other}
      `),
    ).toEqual([
      'GQUIC: 40000 → 40001 Len=54',
      'GQUIC: 40001 → 40000 Len=10',
      'GQUIC: 40002 → 40001 Len=58',
      'UDP: 40002 → 40000 Len=54',
    ]);
  });

  it('DTLS by records that fill it, DNS by its port', async () => {
    const record = concat(u8(22), u16(0xfefd), new Uint8Array(8), u16(4), hexOctets('01000000'));
    const question = concat(hexOctets('1a2b 0100 0001 0000 0000 0000'), NAME, u16(28), u16(1));
    const answer = concat(hexOctets('1a2b 8183 0001 0000 0000 0000'), NAME, u16(28), u16(1));
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        names 10.0.0.3:53
        0ms client > server udp ${record}
        1ms client > names udp ${question}
        2ms names > client udp ${answer}
        3ms client > names udp ${question.subarray(0, 15)}
      `),
    ).toEqual([
      'DTLS: Client Hello',
      'DNS: Standard query 0x1a2b AAAA shop.example',
      'DNS: Standard query response 0x1a2b No such name AAAA shop.example',
      'DNS: Standard query 0x1a2b',
    ]);
  });

  it('STUN where it is, and not what follows on the way that it found', async () => {
    const binding = concat(hexOctets('0001 0000 2112a442'), new Uint8Array(12));
    const unpadded = concat(hexOctets('0001 0005 2112a442'), new Uint8Array(17));
    const record = concat(u8(22), u16(0xfefd), new Uint8Array(8), u16(4), hexOctets('01000000'));
    const media = concat(hexOctets('8060 0001'), new Uint8Array(40));
    const relayed = concat(hexOctets('4001 0006'), new Uint8Array(8));
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        0ms client > server udp ${binding}
        1ms server > client udp ${media}
        2ms client > server udp ${media}
        3ms client > server udp ${relayed}
        4ms client > server udp ${record}
        5ms server > client udp ${record}
        6ms client > server udp ${binding}
        7ms server > client udp ${media}
        8ms client > server udp ${unpadded}
        9ms client > server udp ${concat(unpadded, u8(0))}
      `),
    ).toEqual([
      'STUN: 40000 → 40001 Len=20',
      'UDP: 40001 → 40000 Len=44',
      'UDP: 40000 → 40001 Len=44',
      'STUN: 40000 → 40001 Len=12',
      'DTLS: Client Hello',
      'DTLS: Client Hello',
      'STUN: 40000 → 40001 Len=20',
      'UDP: 40001 → 40000 Len=44',
      'STUN: 40000 → 40001 Len=25',
      'UDP: 40000 → 40001 Len=26',
    ]);
  });

  it('ESP and SCTP by their number', async () => {
    expect(
      await listed(script`
        client 10.0.0.1:40000
        server 10.0.0.2:40001
        0ms client > server proto 50 hex"00000101 00000001 0000000000000000"
        1ms client > server proto 132 hex"1389 138a 00000000 00000000 0100 0014 0000000100000000000100010000000a"
        2ms client > server proto 89 hex"0201 0000"
      `),
    ).toEqual(['ESP: ESP (SPI=0x00000101)', 'SCTP: 5001 → 5002 INIT', 'OSPF: OSPF']);
  });
});

describe('a capture of what is no network', () => {
  it('is listed and named, with one note', async () => {
    for (const [linkType, name] of [
      [189, 'USB'],
      [201, 'Bluetooth'],
      [227, 'CAN'],
      [253, 'Netlink'],
    ] as const) {
      const drawn = script`
        0ms frame hex"00010203"
        1ms frame hex"00010203"
      `;
      const capture = { ...drawn, interfaces: drawn.interfaces.map((each) => ({ ...each, linkType })) };
      const { result } = await openOctets(writePcap(capture).octets);
      expect(result.ok && result.value.issues.map(({ code, count }) => [code, count])).toEqual([
        ['link-type-alien', 2],
      ]);
      expect(await listed(capture)).toEqual([
        `${name}: not decoded, 4 octets`,
        `${name}: not decoded, 4 octets`,
      ]);
    }
  });
});
