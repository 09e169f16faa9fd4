import { ByteWriter } from './byte-writer.ts';
import { concat, textOctets } from './octets.ts';
import { script } from './packet-script.ts';
import {
  block,
  BLOCKS,
  enhancedPacket,
  interfaceDescription,
  optionOctets,
  sectionHeader,
} from './write-pcapng.ts';

const talk = script`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms    client > server  SYN
  1ms    server > client  SYN ACK
  2ms    client > server  ACK
  3ms    client > server  "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
  5ms    server > client  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
`;

/** The client random of the embedded key log. */
export const CLIENT_RANDOM = 'ab'.repeat(32);

const KEY_LOG = `# made by hand\nCLIENT_RANDOM ${CLIENT_RANDOM} ${'cd'.repeat(48)}\nCLIENT_TRAFFIC_SECRET_0 ${CLIENT_RANDOM} ${'ef'.repeat(32)}\n`;

/** What the interface options of the drawn file say. */
export const FILTER = 'tcp port 8080';

/** A file with everything that pcapng has to say beside packets, in either byte order. */
export function notedCapture(isBigEndian = false): Uint8Array {
  const writer = (): ByteWriter => new ByteWriter(isBigEndian);
  const u32 = (value: number): Uint8Array => writer().u32(value).finish();
  const u64 = (value: bigint): Uint8Array => writer().u64(value).finish();
  const [syn, synAck, ack, request, response] = talk.packets.map(({ octets }) => octets);
  const names = writer()
    .u16(1)
    .u16(9)
    .octets(Uint8Array.of(10, 0, 0, 1))
    .octets(textOctets('shop\0'))
    .pad()
    .u16(1)
    .u16(16)
    .octets(Uint8Array.of(10, 0, 0, 2))
    .octets(textOctets('api.test\0b2\0'))
    .u16(2)
    .u16(19)
    .octets(Uint8Array.from({ length: 16 }, (_, at) => (at === 15 ? 1 : 0)))
    .octets(textOctets('me\0'))
    .pad()
    .u16(3)
    .u16(8)
    .octets(Uint8Array.of(2, 0, 0, 0, 0, 1))
    .octets(textOctets('a\0'))
    .u32(0)
    .octets(optionOctets(isBigEndian, [[2, textOctets('resolver.test')]]));
  const statistics = writer()
    .u32(0)
    .u32(0)
    .u32(0)
    .octets(
      optionOctets(isBigEndian, [
        [2, writer().u32(0).u32(1_000_000).finish()],
        [3, writer().u32(0).u32(3_500_000).finish()],
        [4, u64(1000n)],
        [5, u64(3n)],
        [6, u64(900n)],
        [7, u64(4n)],
        [8, u64(893n)],
      ]),
    );
  return concat(
    sectionHeader(isBigEndian, -1n, [
      [1, textOctets('a night of 502s')],
      [2, textOctets('a machine')],
      [3, textOctets('an OS')],
      [4, textOctets('a program')],
    ]),
    interfaceDescription(isBigEndian, 1, 65535, [
      [1, textOctets('the one behind the proxy')],
      [2, textOctets('eth7')],
      [3, textOctets('upstream')],
      [6, Uint8Array.of(2, 0, 0, 0, 0, 7)],
      [4, Uint8Array.of(10, 0, 0, 9, 255, 255, 255, 0)],
      [8, u64(10_000_000_000n)],
      [11, textOctets(`\0${FILTER}`)],
      [12, textOctets('Linux 6')],
      [13, Uint8Array.of(4)],
      [15, textOctets('a card')],
      [2988, concat(u32(32473), textOctets('ours'))],
    ]),
    block(isBigEndian, BLOCKS.NAME_RESOLUTION, names.finish()),
    block(isBigEndian, 9, textOctets('MESSAGE=started\n')),
    block(
      isBigEndian,
      BLOCKS.DECRYPTION_SECRETS,
      writer().u32(0x544c534b).u32(KEY_LOG.length).octets(textOctets(KEY_LOG)).pad().finish(),
    ),
    enhancedPacket(isBigEndian, syn ?? new Uint8Array(), [
      [1, textOctets('here it begins')],
      [1, textOctets('second thoughts')],
      [2, u32(0x0100_0001)],
      [4, u64(12n)],
      [5, u64(0xabcdn)],
      [6, u32(3)],
      [7, concat(Uint8Array.of(2), u64(1n))],
      [3, Uint8Array.of(2, 1, 2, 3, 4)],
      [2988, concat(u32(32473), textOctets('custom'))],
      [291, textOctets('?')],
    ]),
    enhancedPacket(isBigEndian, synAck ?? new Uint8Array()),
    block(isBigEndian, BLOCKS.CUSTOM, writer().u32(32473).octets(textOctets('ours')).finish()),
    block(isBigEndian, 0x204, textOctets('an event')),
    block(isBigEndian, 0x7fff_0123, textOctets('of a kind nobody knows')),
    enhancedPacket(isBigEndian, ack ?? new Uint8Array()),
    enhancedPacket(isBigEndian, request ?? new Uint8Array()),
    enhancedPacket(isBigEndian, response ?? new Uint8Array(), [[1, textOctets('the answer')]]),
    block(isBigEndian, BLOCKS.INTERFACE_STATISTICS, statistics.finish()),
  );
}
