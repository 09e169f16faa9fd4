import { PacketMark, Protocol, TcpFlag } from '../../src/model/packet.ts';
import { StreamKind } from '../../src/model/stream.ts';
import type { Core } from '../core.ts';
import { packetComments } from '../notes/comments.ts';
import { column, combined, joined, mapped, type Fill } from './columns.ts';
import { octetsOf } from './dictionaries.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';
import type { Source } from './source.ts';

/** IP protocol numbers (IANA). */
const TRANSPORT = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const;

/** LINKTYPE_ETHERNET (tcpdump.org). */
const LINK_ETHERNET = 1;

function packetSource(fill: Fill): Source {
  return { domain: 'packets', columns: [fill] };
}

function packetNumber(make: (core: Core) => Fill): FieldBinding {
  return (core) => ({ type: 'number', source: packetSource(make(core)) });
}

/** Packets with a mark. */
function marked(mask: number): FieldBinding {
  return (core) => {
    const source = packetSource(
      mapped(column(core, 'packets', 'marks'), (marks) => (marks & mask ? 1 : NaN)),
    );
    return { type: 'presence', sources: () => [source] };
  };
}

/** TCP flags of a TCP packet; a packet without flags may be one (a null scan) or be none at all: its flow tells. */
function tcpFlags(core: Core): Fill {
  const { transport } = core.tables.flows;
  const flags = column(core, 'packets', 'tcpFlags');
  const known = combined(flags, column(core, 'packets', 'flow'), (octet, flow) => {
    if (octet !== 0) return octet;
    return flow >= 0 && transport(flow) === TRANSPORT.TCP ? 0 : NaN;
  });
  return (from, into) => {
    flags(from, into);
    if (into.includes(0)) known(from, into);
  };
}

function tcpFlag(mask: number): FieldBinding {
  return (core) => ({
    type: 'boolean',
    source: packetSource(mapped(tcpFlags(core), (flags) => (flags & mask ? 1 : 0))),
  });
}

/** Flows of a transport, or of an IP version. */
function flowsWhere(core: Core, name: 'transport' | 'ipVersion', wanted: number): Source {
  const fill = mapped(column(core, 'flows', name), (value) => (value === wanted ? 1 : NaN));
  return { domain: 'flows', columns: [fill] };
}

/** Packets whose highest layer is the protocol. */
function packetsWhere(core: Core, protocol: number): Source {
  return packetSource(mapped(column(core, 'packets', 'protocol'), (value) => (value === protocol ? 1 : NaN)));
}

/** Flows in which the protocol rides in either direction. */
function flowsThatCarry(core: Core, protocol: number): Source {
  const { directions } = core.tables;
  return {
    domain: 'flows',
    columns: [
      (from, into) => {
        for (let at = 0; at < into.length; at++) {
          const row = (from + at) * 2;
          const isCarried =
            directions.protocol(row) === protocol || directions.protocol(row + 1) === protocol;
          into[at] = isCarried ? 1 : NaN;
        }
      },
    ],
  };
}

/** A protocol below the flows' payload: what belongs to its flows, and packets that have no flow. */
function lower(name: 'transport' | 'ipVersion', wanted: number, protocol: number): FieldBinding {
  return (core) => {
    const flows = flowsWhere(core, name, wanted);
    const packets = packetsWhere(core, protocol);
    return { type: 'presence', sources: (view) => (view === 'packets' ? [flows, packets] : [flows]) };
  };
}

/** A protocol in the flows' payload: in the packets view the packets that carry it; elsewhere what belongs to its flows. */
function upper(protocol: number): FieldBinding {
  return (core) => {
    const packets = packetsWhere(core, protocol);
    const flows = flowsThatCarry(core, protocol);
    return { type: 'presence', sources: (view) => (view === 'packets' ? [packets] : [flows]) };
  };
}

/** A protocol that only packets tell. */
function own(protocol: number): FieldBinding {
  return (core) => ({ type: 'presence', sources: () => [packetsWhere(core, protocol)] });
}

/** Time since the packet before; the first has none to come after, Wireshark says 0. */
function timeDelta(core: Core): Fill {
  const { time } = core.tables.packets;
  const times = column(core, 'packets', 'time');
  return (from, into) => {
    times(from, into);
    let before = from === 0 ? (into[0] ?? 0) : time(from - 1);
    for (let at = 0; at < into.length; at++) {
      const now = into[at] ?? 0;
      into[at] = now - before;
      before = now;
    }
  };
}

function time(type: 'duration' | 'moment'): FieldBinding {
  return (core) => ({ type, source: packetSource(column(core, 'packets', 'time')) });
}

/**
 * All packets where an interface is Ethernet. Which interface a packet came from is not kept, so captures that mix link types
 * answer for all their packets.
 */
const ethernet: FieldBinding = (core) => {
  const { interfaces, packets } = core.tables;
  let isEthernet = false;
  for (let row = 0; row < interfaces.rows; row++) {
    if (interfaces.linkType(row) === LINK_ETHERNET) isEthernet = true;
  }
  const source = packetSource((_, into) => into.fill(isEthernet && packets.rows > 0 ? 1 : NaN));
  return { type: 'presence', sources: () => [source] };
};

const everyPacket: FieldBinding = () => ({
  type: 'presence',
  sources: () => [packetSource((_, into) => into.fill(1))],
});

/** A retransmission of any kind is one, as in Wireshark. */
const RETRANSMITTED =
  PacketMark.RETRANSMISSION | PacketMark.FAST_RETRANSMISSION | PacketMark.SPURIOUS_RETRANSMISSION;

const ANALYSIS_FLAGS =
  RETRANSMITTED |
  PacketMark.OUT_OF_ORDER |
  PacketMark.DUP_ACK |
  PacketMark.LOST_SEGMENT |
  PacketMark.ACKED_UNSEEN |
  PacketMark.KEEP_ALIVE |
  PacketMark.KEEP_ALIVE_ACK |
  PacketMark.WINDOW_FULL |
  PacketMark.ZERO_WINDOW |
  PacketMark.ZERO_WINDOW_PROBE |
  PacketMark.WINDOW_UPDATE |
  PacketMark.PORTS_REUSED;

/** Fields of packets. */
export const PACKET_BINDINGS: FieldBindings = {
  frame: everyPacket,
  'frame.number': packetNumber(() => (from, into) => {
    for (let at = 0; at < into.length; at++) into[at] = from + at + 1;
  }),
  'frame.time': time('moment'),
  'frame.time_epoch': time('moment'),
  'frame.time_relative': time('duration'),
  'frame.time_delta': (core) => ({ type: 'duration', source: packetSource(timeDelta(core)) }),
  'frame.len': packetNumber((core) => column(core, 'packets', 'length')),
  'frame.cap_len': packetNumber((core) => column(core, 'packets', 'capturedLength')),
  'frame.comment': (core) => ({
    type: 'text',
    source: packetSource((from, into) => {
      for (let at = 0; at < into.length; at++) {
        const packet = from + at + 1;
        into[at] = packetComments(core, packet).length > 0 ? packet : NaN;
      }
    }),
    dictionary: octetsOf((packet) =>
      packetComments(core, packet).map((row) => core.textOctets(core.tables.comments.text(row))),
    ),
  }),
  eth: ethernet,
  arp: own(Protocol.ARP),
  ip: lower('ipVersion', 4, Protocol.IPV4),
  ipv6: lower('ipVersion', 6, Protocol.IPV6),
  icmp: lower('transport', TRANSPORT.ICMP, Protocol.ICMP),
  icmpv6: lower('transport', TRANSPORT.ICMPV6, Protocol.ICMPV6),
  tcp: lower('transport', TRANSPORT.TCP, Protocol.TCP),
  udp: lower('transport', TRANSPORT.UDP, Protocol.UDP),
  sctp: lower('transport', TRANSPORT.SCTP, Protocol.SCTP),
  dns: own(Protocol.DNS),
  quic: own(Protocol.QUIC),
  gquic: own(Protocol.GQUIC),
  dtls: own(Protocol.DTLS),
  wg: own(Protocol.WIREGUARD),
  esp: own(Protocol.ESP),
  igmp: own(Protocol.IGMP),
  ospf: own(Protocol.OSPF),
  dhcp: own(Protocol.DHCP),
  ntp: own(Protocol.NTP),
  mdns: own(Protocol.MDNS),
  ssdp: own(Protocol.SSDP),
  stun: own(Protocol.STUN),
  lldp: own(Protocol.LLDP),
  stp: own(Protocol.STP),
  wlan: own(Protocol.WLAN),
  usb: own(Protocol.USB),
  bluetooth: own(Protocol.BLUETOOTH),
  netlink: own(Protocol.NETLINK),
  can: own(Protocol.CAN),
  http: upper(Protocol.HTTP1),
  http2: upper(Protocol.HTTP2),
  websocket: (core) => {
    const { kind } = core.tables.streams;
    const rows = mapped(column(core, 'exchanges', 'stream'), (link) => (link === 0 ? NaN : link - 1));
    const inStreams = joined(rows, (row) => (kind(row) === StreamKind.WEBSOCKET ? 1 : NaN));
    const packets = packetsWhere(core, Protocol.WEBSOCKET);
    const others = [
      flowsThatCarry(core, Protocol.WEBSOCKET),
      // In a stream of HTTP/2 it is one exchange among others.
      { domain: 'exchanges' as const, columns: [inStreams] },
    ];
    return { type: 'presence', sources: (view) => (view === 'packets' ? [packets] : others) };
  },
  tls: upper(Protocol.TLS),
  'tcp.flags': packetNumber(tcpFlags),
  'tcp.flags.syn': tcpFlag(TcpFlag.SYN),
  'tcp.flags.ack': tcpFlag(TcpFlag.ACK),
  'tcp.flags.fin': tcpFlag(TcpFlag.FIN),
  'tcp.flags.reset': tcpFlag(TcpFlag.RST),
  'tcp.flags.push': tcpFlag(TcpFlag.PSH),
  'tcp.flags.urg': tcpFlag(TcpFlag.URG),
  'tcp.flags.ece': tcpFlag(TcpFlag.ECE),
  'tcp.flags.cwr': tcpFlag(TcpFlag.CWR),
  'tcp.analysis.flags': marked(ANALYSIS_FLAGS),
  'tcp.analysis.retransmission': marked(RETRANSMITTED),
  'tcp.analysis.fast_retransmission': marked(PacketMark.FAST_RETRANSMISSION),
  'tcp.analysis.spurious_retransmission': marked(PacketMark.SPURIOUS_RETRANSMISSION),
  'tcp.analysis.out_of_order': marked(PacketMark.OUT_OF_ORDER),
  'tcp.analysis.duplicate_ack': marked(PacketMark.DUP_ACK),
  'tcp.analysis.lost_segment': marked(PacketMark.LOST_SEGMENT),
  'tcp.analysis.ack_lost_segment': marked(PacketMark.ACKED_UNSEEN),
  'tcp.analysis.keep_alive': marked(PacketMark.KEEP_ALIVE),
  'tcp.analysis.keep_alive_ack': marked(PacketMark.KEEP_ALIVE_ACK),
  'tcp.analysis.window_full': marked(PacketMark.WINDOW_FULL),
  'tcp.analysis.window_update': marked(PacketMark.WINDOW_UPDATE),
  'tcp.analysis.zero_window': marked(PacketMark.ZERO_WINDOW),
  'tcp.analysis.reused_ports': marked(PacketMark.PORTS_REUSED),
  'offwire.duplicate': marked(PacketMark.DUPLICATE),
};
