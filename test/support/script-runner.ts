import {
  ipHeaderLength,
  ipPacket,
  LINK_TYPES,
  linkHeader,
  parseAddress,
  tcpSegment,
  withChecksum,
  type IpHeader,
  type Link,
  type LinkName,
} from './build-packet.ts';
import type { Capture, CapturedPacket, CaptureInterface } from './capture.ts';
import { concat, u16, u8 } from './octets.ts';
import { FLAGS, readPacketLine, TokenReader, type PacketLine, type Shift } from './script-line.ts';
import type { ScriptLine } from './script-tokens.ts';

/** A named end of connections. */
interface Endpoint {
  readonly index: number;
  readonly address: Uint8Array;
  readonly port: number;
  readonly numbers: ReadonlyMap<string, number>;
  /** IPv4 identification of the next packet. */
  id: number;
}

/** A TCP segment as it was sent first. */
interface SentSegment {
  readonly sequence: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** One direction between two ends. */
interface Sender {
  next: number;
  last: readonly SentSegment[];
}

/** What a tag refers to. */
interface Tagged {
  readonly segments: readonly SentSegment[];
  /** The IP packet that was sent last on that line. */
  readonly packet: Uint8Array;
}

const DEFAULTS: Readonly<Record<string, number>> = { ttl: 64, win: 64240 };
const START = 1_700_000_000n * 1_000_000_000n;

class ScriptRunner {
  readonly #interfaces: CaptureInterface[] = [];
  readonly #links: Link[] = [];
  readonly #packets: CapturedPacket[] = [];
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #senders = new Map<string, Sender>();
  readonly #tags = new Map<string, Tagged>();
  #start = START;
  #now = START;
  #snap = 0;
  #isAlwaysTwice = false;

  run(lines: readonly ScriptLine[]): Capture {
    for (const line of lines) {
      const first = line.tokens[0];
      if (first?.kind === 'word' && /^\+?\d/.test(first.text)) this.#packetLine(readPacketLine(line));
      else this.#directive(new TokenReader(line));
    }
    if (this.#interfaces.length === 0) this.#link({ name: 'ethernet', vlans: [], isBigEndian: false });
    return { interfaces: this.#interfaces, packets: this.#packets };
  }

  #directive(reader: TokenReader): void {
    const word = reader.word();
    if (word === 'link') return this.#link(readLink(reader));
    if (word === 'snap') this.#snap = reader.number();
    else if (word === 'twice') this.#isAlwaysTwice = true;
    else if (word === 'start') this.#now = this.#start = BigInt(reader.number()) * 1_000_000_000n;
    else this.#endpoint(word, reader);
  }

  #link(link: Link): void {
    this.#links.push(link);
    this.#interfaces.push({
      linkType: LINK_TYPES[link.name],
      snapLength: this.#snap === 0 ? 262_144 : this.#snap,
    });
  }

  #endpoint(name: string, reader: TokenReader): void {
    const place = reader.word();
    const match = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/.exec(place);
    const address = match?.[1] ?? match?.[2];
    if (address === undefined) reader.fail(`"${place}" is no address such as 10.0.0.1:80 or [::1]:80`);
    const numbers = new Map<string, number>();
    while (!reader.isAtEnd) numbers.set(reader.word(), reader.number());
    const index = this.#endpoints.get(name)?.index ?? this.#endpoints.size + 1;
    const port = Number(match?.[3] ?? 0);
    this.#endpoints.set(name, { index, address: parseAddress(address), port, numbers, id: index * 1000 });
    for (const pair of this.#senders.keys()) {
      if (pair.startsWith(`${name}>`) || pair.endsWith(`>${name}`)) this.#senders.delete(pair);
    }
  }

  #sender(from: string, to: string): Sender {
    const pair = `${from}>${to}`;
    const known = this.#senders.get(pair);
    if (known !== undefined) return known;
    const endpoint = this.#end(from);
    const sender: Sender = { next: endpoint.numbers.get('isn') ?? endpoint.index * 1000, last: [] };
    this.#senders.set(pair, sender);
    return sender;
  }

  #end(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) throw new Error(`nobody in the script is called "${name}"`);
    return endpoint;
  }

  #packetLine(line: PacketLine): void {
    if (this.#links.length === 0) this.#link({ name: 'ethernet', vlans: [], isBigEndian: false });
    this.#now = (line.time.isRelative ? this.#now : this.#start) + line.time.nanoseconds;
    const payload = concat(...line.payload);
    if (line.ends === undefined) return this.#record(line, payload, new Map([['link', 0]]));
    if (line.carried.kind === 'tcp') return this.#tcp(line, line.ends, payload);
    if (line.carried.kind === 'ether') {
      const header = this.#linkHeader(line, line.ends, line.carried.type, false);
      return this.#record(
        line,
        concat(header, payload),
        new Map([
          ['link', 0],
          ['data', header.length],
        ]),
      );
    }
    const { octets, protocol } = this.#transport(line, line.ends, payload);
    const packet = this.#ip(line, line.ends, protocol, octets);
    if (line.tag !== undefined) this.#tags.set(line.tag, { segments: [], packet });
  }

  #transport(line: PacketLine, ends: Ends, payload: Uint8Array): { octets: Uint8Array; protocol: number } {
    const [from, to] = [this.#end(ends.from), this.#end(ends.to)];
    const { carried } = line;
    if (carried.kind === 'protocol') return { octets: payload, protocol: carried.number };
    if (carried.kind === 'icmp') {
      const quoted = carried.quoted === undefined ? new Uint8Array() : this.#tagged(carried.quoted).packet;
      const isV6 = from.address.length === 16;
      const body = carried.quoted === undefined ? payload : concat(new Uint8Array(4), quoted);
      const protocol = isV6 ? 58 : 1;
      const message = concat(u8(carried.type), u8(carried.code), u16(0), body);
      return { octets: withChecksum(message, 2, protocol, from.address, to.address), protocol };
    }
    const datagram = concat(u16(from.port), u16(to.port), u16(8 + payload.length), u16(0), payload);
    return { octets: withChecksum(datagram, 6, 17, from.address, to.address), protocol: 17 };
  }

  #tagged(tag: string): Tagged {
    const tagged = this.#tags.get(tag);
    if (tagged === undefined) throw new Error(`no line of the script has the tag ${tag}`);
    return tagged;
  }

  #shifted(expected: number, shift: Shift | undefined): number {
    if (shift === undefined) return expected;
    if (shift.kind === 'at') return shift.value >>> 0;
    if (shift.kind === 'by') return (expected + shift.value) >>> 0;
    return this.#tagged(shift.tag).segments[0]?.sequence ?? expected;
  }

  #tcp(line: PacketLine, ends: Ends, payload: Uint8Array): void {
    const sender = this.#sender(ends.from, ends.to);
    const segments = this.#segments(line, ends, sender, payload);
    let packet: Uint8Array = new Uint8Array();
    segments.forEach((segment, index) => {
      if (index > 0) this.#now += 1_000n;
      packet = this.#sendSegment(line, ends, segment);
    });
    if (line.again === undefined) sender.last = segments;
    if (line.tag !== undefined) this.#tags.set(line.tag, { segments, packet });
  }

  /** The segments of a line: new ones, which move the sender on, or those of an earlier line. */
  #segments(line: PacketLine, ends: Ends, sender: Sender, payload: Uint8Array): readonly SentSegment[] {
    if (line.again !== undefined) {
      return line.again === 'last' ? sender.last : this.#tagged(line.again).segments;
    }
    let flags = [...line.flags].reduce((bits, name) => bits | (FLAGS[name] ?? 0), 0);
    const from = this.#end(ends.from);
    if (line.flags.has('SYN'))
      sender.next = line.numbers.get('isn') ?? from.numbers.get('isn') ?? from.index * 1000;
    const isPlain = !line.flags.has('SYN') && !line.flags.has('RST');
    if (isPlain && !line.marks.has('noack')) flags |= FLAGS['ACK'] ?? 0;
    const mss = line.numbers.get('mss') ?? from.numbers.get('mss') ?? Infinity;
    const segments: SentSegment[] = [];
    let at = this.#shifted(sender.next, line.sequence);
    for (let start = 0; start === 0 || start < payload.length; start += mss) {
      const part = payload.subarray(start, Math.min(payload.length, start + mss));
      const isLast = payload.length - start <= mss;
      const ends = isLast && part.length > 0 ? flags | 0x08 : flags;
      const own = isLast ? ends : ends & ~0x01;
      segments.push({ sequence: at, flags: own, payload: part });
      at = (at + part.length + (own & 0x02 ? 1 : 0) + (own & 0x01 ? 1 : 0)) >>> 0;
    }
    if (((at - sender.next) | 0) > 0) sender.next = at;
    return segments;
  }

  #sendSegment(line: PacketLine, ends: Ends, segment: SentSegment): Uint8Array {
    const [from, to] = [this.#end(ends.from), this.#end(ends.to)];
    const scale = segment.flags & 0x02 ? from.numbers.get('scale') : undefined;
    const scaleOption = scale === undefined ? new Uint8Array() : Uint8Array.of(3, 3, scale, 0);
    const expected = segment.flags & 0x10 ? this.#sender(ends.to, ends.from).next : 0;
    const octets = tcpSegment({
      sourcePort: line.numbers.get('sport') ?? from.port,
      destinationPort: line.numbers.get('dport') ?? to.port,
      sequence: segment.sequence,
      acknowledgement: this.#shifted(expected, line.acknowledgement),
      flags: segment.flags,
      window: this.#number(line, from, 'win'),
      options: line.octets.get('tcpopt') ?? scaleOption,
      payload: segment.payload,
    });
    return this.#ip(line, ends, 6, withChecksum(octets, 16, 6, from.address, to.address));
  }

  #number(line: PacketLine, from: Endpoint, name: string): number {
    return line.numbers.get(name) ?? from.numbers.get(name) ?? DEFAULTS[name] ?? 0;
  }

  /** Wraps a transport in IP and the link, whole or in fragments; answers the IP packet. */
  #ip(line: PacketLine, ends: Ends, protocol: number, octets: Uint8Array): Uint8Array {
    const [from, to] = [this.#end(ends.from), this.#end(ends.to)];
    const size = line.numbers.get('fragments') ?? octets.length;
    const id = line.numbers.get('id') ?? from.id++;
    const header: IpHeader = {
      source: from.address,
      destination: to.address,
      protocol,
      ttl: this.#number(line, from, 'ttl'),
      id: id & 0xffff,
      options: line.octets.get('ipopt') ?? new Uint8Array(),
      extensions: line.extensions,
      fragmentOffset: 0,
      hasMoreFragments: false,
    };
    const link = this.#linkHeader(line, ends, from.address.length === 4 ? 0x0800 : 0x86dd, false);
    const transport = link.length + ipHeaderLength(header);
    const data = transport + (protocol === 6 ? ((octets[12] ?? 0) >>> 4) * 4 : 8);
    const places = new Map([
      ['link', 0],
      ['ip', link.length],
      ['l4', transport],
      ['data', data],
    ]);
    const fragments: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < octets.length; at += size) {
      const hasMoreFragments = at + size < octets.length;
      const part = octets.subarray(at, at + size);
      fragments.push(ipPacket({ ...header, fragmentOffset: at, hasMoreFragments }, part));
    }
    const missing = line.numbers.get('without');
    const there = fragments.filter((_, index) => index + 1 !== missing);
    if (line.marks.has('backwards')) there.reverse();
    for (const fragment of there) this.#record(line, concat(link, fragment), places);
    return fragments.at(-1) ?? octets;
  }

  #linkHeader(line: PacketLine, ends: Ends, etherType: number, isSecond: boolean): Uint8Array {
    const number = line.numbers.get('on') ?? this.#links.length - 1;
    const link = this.#links[number];
    if (link === undefined) throw new Error(`script line ${line.number}: there is no interface ${number}`);
    const [from, to] = [this.#end(ends.from).index, this.#end(ends.to).index];
    const isOutgoing = line.marks.has('outgoing') || (!line.marks.has('incoming') && from < to);
    const vlan = line.numbers.get('vlan');
    const own = vlan === undefined ? link : { ...link, vlans: [vlan] };
    return linkHeader(own, etherType, {
      from,
      to,
      isOutgoing: isOutgoing !== isSecond,
      interfaceIndex: isSecond ? 3 : 2,
    });
  }

  #record(line: PacketLine, built: Uint8Array, places: ReadonlyMap<string, number>): void {
    if (line.marks.has('lost')) return;
    const padding = new Uint8Array(Math.max(0, (line.numbers.get('pad') ?? 0) - built.length));
    const octets = concat(built, padding, line.octets.get('trailer') ?? new Uint8Array());
    for (const patch of line.patches) {
      const [place = '', offset = '0'] = patch.place.split('+');
      const start = places.get(place);
      if (start === undefined) throw new Error(`script line ${line.number}: no place "${place}" to patch`);
      octets.set(patch.octets, start + Number(offset));
    }
    const snap = line.numbers.get('snap') ?? (this.#snap === 0 ? octets.length : this.#snap);
    const packet: CapturedPacket = {
      time: this.#now,
      octets: octets.slice(0, snap),
      length: line.numbers.get('wire') ?? octets.length,
      interface: line.numbers.get('on') ?? this.#links.length - 1,
    };
    this.#packets.push(packet);
    if (!this.#isAlwaysTwice && !line.marks.has('twice')) return;
    this.#now += 1_000n;
    this.#packets.push({ ...packet, time: this.#now, octets: this.#seenAgain(line, packet.octets) });
  }

  /** The packet as the next interface of a `-i any` capture shows it: the same but for the cooked header. */
  #seenAgain(line: PacketLine, octets: Uint8Array): Uint8Array {
    const link = this.#links[line.numbers.get('on') ?? this.#links.length - 1]?.name;
    if (line.ends === undefined || (link !== 'sll' && link !== 'sll2')) return octets;
    const header = this.#linkHeader(line, line.ends, 0, true);
    const again = octets.slice();
    if (link === 'sll') again.set(header.subarray(0, 2), 0);
    else again.set(header.subarray(4, 11), 4);
    return again;
  }
}

type Ends = { readonly from: string; readonly to: string };

function isLinkName(name: string): name is LinkName {
  return name in LINK_TYPES;
}

function readLink(reader: TokenReader): Link {
  const name = reader.word();
  if (!isLinkName(name)) reader.fail(`"${name}" is no link layer that scripts can draw`);
  const vlans: number[] = [];
  let isBigEndian = false;
  while (!reader.isAtEnd) {
    const word = reader.word();
    if (word === 'vlan') vlans.push(reader.number());
    else if (word === 'qinq') vlans.push(reader.number(), reader.number());
    else if (word === 'big') isBigEndian = true;
    else reader.fail(`"${word}" is not known here`);
  }
  return { name, vlans, isBigEndian };
}

/** Runs a script's lines: keeps sequence numbers, builds the packets, answers the capture. */
export function runScript(lines: readonly ScriptLine[]): Capture {
  return new ScriptRunner().run(lines);
}
