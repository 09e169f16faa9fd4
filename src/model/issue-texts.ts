import { IssueCode, type IssueText } from './issue.ts';

type IssueCodeNumber = (typeof IssueCode)[keyof typeof IssueCode];

/**
 * How issues are told. `{found}` and `{expected}` stand for the two numbers of the first occurrence, `{packets}` for the packets of
 * the capture; `{found:time}` for one in nanoseconds, `{found:byte}` for "1 byte" or "2 bytes". A part in square brackets is left out where one of its numbers is not known. Where the first occurrence is
 * ("Packet 812 at byte 1,204,388") is written in front.
 */
export const ISSUE_TEXTS: Readonly<Record<IssueCodeNumber, IssueText>> = {
  [IssueCode.NONE]: {
    id: 'none',
    severity: 'note',
    blame: 'analyser',
    sentence: 'no issue',
    remedy: '',
  },
  [IssueCode.RECORD_TRUNCATED]: {
    id: 'record-truncated',
    severity: 'note',
    blame: 'capture',
    sentence:
      'the file ends inside its last record[: {expected} bytes were announced, {found} are there]. What comes before it ({packets:packet}) is shown.',
    remedy:
      'Nothing, if the capture was stopped by a signal, as with kubectl sniff. Else copy the file again and compare its size.',
  },
  [IssueCode.RECORD_LENGTH]: {
    id: 'record-length',
    severity: 'error',
    blame: 'capture',
    sentence:
      'the record says {found} captured bytes, the limit is {expected}. The file is damaged here. Reading stopped behind {packets:packet}.',
    remedy: 'Copy the file again; if it is damaged at its source, pcapfix may save what comes after.',
  },
  [IssueCode.BLOCK_LENGTH]: {
    id: 'block-length',
    severity: 'error',
    blame: 'capture',
    sentence:
      'the pcapng block says it is {found} bytes long[, expected was {expected}]. The file is damaged here. Reading stopped behind {packets:packet}.',
    remedy: 'Copy the file again; if it is damaged at its source, pcapfix may save what comes after.',
  },
  [IssueCode.BLOCK_TRUNCATED]: {
    id: 'block-truncated',
    severity: 'note',
    blame: 'capture',
    sentence:
      'the file ends inside a pcapng block[: {expected} bytes were announced, {found} are there]. What comes before it ({packets:packet}) is shown.',
    remedy: 'Nothing, if the capture was stopped by a signal. Else copy the file again and compare its size.',
  },
  [IssueCode.BLOCK_MALFORMED]: {
    id: 'block-malformed',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'the lengths inside a pcapng block contradict each other[: {found}, where {expected} fits]. The block was left out.',
    remedy: 'Check the program that wrote the file; editcap can write it anew.',
  },
  [IssueCode.SECTION_HEADER]: {
    id: 'section-header',
    severity: 'error',
    blame: 'capture',
    sentence:
      'the header of a pcapng section is not of the version or byte order that is known[: found {found}, expected {expected}]. Of the file, {packets:packet} can be shown.',
    remedy: 'Copy the file again; if sections were joined by hand, join them with mergecap.',
  },
  [IssueCode.INTERFACE_UNKNOWN]: {
    id: 'interface-unknown',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'a packet names interface {found}, its section describes {expected}. Such packets are listed without layers.',
    remedy:
      'The interface description is missing from the file: capture again, or repair it with the program that wrote it.',
  },
  [IssueCode.LINK_TYPE_UNKNOWN]: {
    id: 'link-type-unknown',
    severity: 'warning',
    blame: 'analyser',
    sentence: 'link type {found} is not known here. Its packets are listed without layers.',
    remedy: 'Capture on an Ethernet, loopback or "any" interface.',
  },
  [IssueCode.PACKET_SNAPPED]: {
    id: 'packet-snapped',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'the capture kept {found} of the {expected} bytes of the packet (snap length). What was cut off cannot be analysed; rules that need it say so.',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.LINK_TRUNCATED]: {
    id: 'link-truncated',
    severity: 'note',
    blame: 'capture',
    sentence: 'the packet ends inside its link-layer header[: {found} of {expected} bytes are there].',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.LINK_MALFORMED]: {
    id: 'link-malformed',
    severity: 'note',
    blame: 'sender',
    sentence: 'the link-layer header cannot be right[: it says {found}, where {expected} was expected].',
    remedy: 'Look at the packet; if it is one of many, the interface was captured with the wrong link type.',
  },
  [IssueCode.IP_TRUNCATED]: {
    id: 'ip-truncated',
    severity: 'note',
    blame: 'capture',
    sentence: 'the packet ends inside its IP header[: {found} of {expected} bytes are there].',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.IP_MALFORMED]: {
    id: 'ip-malformed',
    severity: 'note',
    blame: 'sender',
    sentence: 'the IP header cannot be right[: it says {found}, at least {expected} was expected].',
    remedy: 'Look at the packet; its layers end there.',
  },
  [IssueCode.IP_LENGTH]: {
    id: 'ip-length',
    severity: 'note',
    blame: 'sender',
    sentence:
      'the IP header says {found} bytes, the packet has {expected}, though it was not cut by the snap length. What is there was read.',
    remedy:
      'Programs that shorten or anonymise captures leave such packets, and then octets are missing; a receiver would throw them away.',
  },
  [IssueCode.IP_FRAGMENT]: {
    id: 'ip-fragment',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'an IP datagram was sent in fragments, and not all of them are whole in the capture[: {found} of {expected} bytes are]. It was left out.',
    remedy:
      'Fragments that are never complete are how an MTU that is too small on the path shows; if the capture dropped them, use a larger buffer (tcpdump -B 16384).',
  },
  [IssueCode.TCP_TRUNCATED]: {
    id: 'tcp-truncated',
    severity: 'note',
    blame: 'capture',
    sentence: 'the packet ends inside its TCP header[: {found} of {expected} bytes are there].',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.TCP_MALFORMED]: {
    id: 'tcp-malformed',
    severity: 'note',
    blame: 'sender',
    sentence: 'the TCP header says it is {found} bytes long, at least {expected} are needed.',
    remedy: 'Look at the packet; a scanner or a broken offload writes such headers.',
  },
  [IssueCode.UDP_TRUNCATED]: {
    id: 'udp-truncated',
    severity: 'note',
    blame: 'capture',
    sentence: 'the packet ends inside its UDP header[: {found} of {expected} bytes are there].',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.UDP_MALFORMED]: {
    id: 'udp-malformed',
    severity: 'note',
    blame: 'sender',
    sentence:
      'the length in the UDP header cannot be right[: it says {found}, where {expected} was expected].',
    remedy: 'Look at the packet; its layers end there.',
  },
  [IssueCode.ICMP_TRUNCATED]: {
    id: 'icmp-truncated',
    severity: 'note',
    blame: 'capture',
    sentence: 'the packet ends inside its ICMP message[: {found} of {expected} bytes are there].',
    remedy: 'Capture whole packets: tcpdump -s 0.',
  },
  [IssueCode.CLOCK_BACKWARDS]: {
    id: 'clock-backwards',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'the time stamp is earlier than that of the packet before[, by {found:time}]. Packets are kept in the order of the file; durations across this point may be wrong.',
    remedy: 'Sort a merged file with reordercap; if the clock was set during the capture, capture again.',
  },
  [IssueCode.GAP]: {
    id: 'gap',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'a TCP stream has a gap of {found:byte}, which the capture does not have. Messages around it may be incomplete.',
    remedy:
      'The capturing machine dropped packets: use a capture filter, a larger buffer (tcpdump -B 16384), or write to a faster disk.',
  },
  [IssueCode.PENDING_LIMIT]: {
    id: 'pending-limit',
    severity: 'warning',
    blame: 'analyser',
    sentence:
      'more than {expected} bytes waited for a missing segment[: {found}]. The gap was taken as lost and reading went on behind it.',
    remedy: 'Nothing to do; the flow is marked.',
  },
  [IssueCode.HEAD_LIMIT]: {
    id: 'head-limit',
    severity: 'warning',
    blame: 'analyser',
    sentence: 'a header section was longer than {expected}[: {found}]. The rest of it was not kept.',
    remedy: 'Follow the stream to read it whole.',
  },
  [IssueCode.TEXT_LIMIT]: {
    id: 'text-limit',
    severity: 'warning',
    blame: 'analyser',
    sentence:
      'the header lines of the capture take more than {expected} bytes. Later lines that were not seen before are not kept; exchanges, status codes and times are.',
    remedy: 'Cut the capture into parts (editcap -c 1000000) or filter it by host.',
  },
  [IssueCode.HTTP_RESYNCHRONIZED]: {
    id: 'http-resynchronized',
    severity: 'note',
    blame: 'capture',
    sentence:
      'HTTP/1 was picked up in the middle of a byte stream, at the next start line. What came before it is not shown as an exchange.',
    remedy: 'Start the capture before the connections are opened.',
  },
  [IssueCode.TLS_RECORD_MALFORMED]: {
    id: 'tls-record-malformed',
    severity: 'note',
    blame: 'sender',
    sentence:
      'a TLS record has a type or length that does not exist[: {found}, the limit is {expected}]. The rest of this direction was not read as TLS.',
    remedy: 'Follow the stream to see the octets.',
  },
  [IssueCode.TLS_HANDSHAKE_MALFORMED]: {
    id: 'tls-handshake-malformed',
    severity: 'note',
    blame: 'sender',
    sentence:
      'the lengths of a TLS handshake message contradict each other[: {found}, where {expected} fits].',
    remedy: 'Look at the packet; the hello is listed with what could be read.',
  },
  [IssueCode.TLS_HANDSHAKE_LIMIT]: {
    id: 'tls-handshake-limit',
    severity: 'note',
    blame: 'analyser',
    sentence: 'a TLS handshake message is longer than {expected} bytes[: {found}]. It was not put together.',
    remedy: 'Follow the stream to see the octets.',
  },
  [IssueCode.DUPLICATE_PACKET]: {
    id: 'duplicate-packet',
    severity: 'note',
    blame: 'capture',
    sentence:
      'the packet was captured twice (-i any sees it on two interfaces, a mirror port in both directions). Copies are marked and not counted in their flow.',
    remedy: 'Capture on one interface, or remove copies with editcap -d.',
  },
  [IssueCode.MEMORY_LIMIT]: {
    id: 'memory-limit',
    severity: 'error',
    blame: 'analyser',
    sentence:
      'the tables reached the memory limit[ of {expected} bytes]. Reading stopped behind {packets:packet}.',
    remedy: 'Cut the capture into parts: editcap -c 5000000 large.pcap part.pcap.',
  },
  [IssueCode.CAPLEN_ABOVE_LENGTH]: {
    id: 'caplen-above-length',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'the record says {found} captured bytes of a packet of {expected}. All captured bytes were read.',
    remedy: 'Check the program that wrote the file.',
  },
  [IssueCode.QUIC_INITIAL_LIMIT]: {
    id: 'quic-initial-limit',
    severity: 'note',
    blame: 'analyser',
    sentence:
      'the first datagrams of the QUIC connections take more than {expected} bytes. The ClientHellos of later connections were not read.',
    remedy: 'Cut the capture into parts (editcap -c 1000000) or filter it by host.',
  },
  [IssueCode.OPTION_MALFORMED]: {
    id: 'option-malformed',
    severity: 'note',
    blame: 'capture',
    sentence:
      'an option of a pcapng block says it is {found} bytes long, {expected} are left in the block. The options from there on were left out, what comes before them was read.',
    remedy: 'Check the program that wrote the file; editcap can write it anew.',
  },
  [IssueCode.BLOCK_LIMIT]: {
    id: 'block-limit',
    severity: 'note',
    blame: 'analyser',
    sentence:
      'a pcapng block that describes the capture is {found} bytes long, the limit is {expected}. Its content was passed over; packets are not concerned.',
    remedy: 'Nothing, unless names or comments are missed: Wireshark shows them.',
  },
  [IssueCode.NOTES_LIMIT]: {
    id: 'notes-limit',
    severity: 'note',
    blame: 'analyser',
    sentence:
      'the file has more comments or names of addresses than are kept[: the limit is {expected}]. Later ones are not shown.',
    remedy: 'Cut the capture into parts: editcap -c 1000000.',
  },
  [IssueCode.PACKET_DAMAGED]: {
    id: 'packet-damaged',
    severity: 'warning',
    blame: 'sender',
    sentence:
      'the interface reported an error for the packet (epb_flags, error bits {found}): a wrong check sequence, a wrong length, a symbol error. Such packets are read as they are; a receiver throws them away.',
    remedy: 'Look at the cable, the transceiver and the duplex settings of the port.',
  },
  [IssueCode.HTTP2_RESYNCHRONIZED]: {
    id: 'http2-resynchronized',
    severity: 'note',
    blame: 'capture',
    sentence:
      'HTTP/2 was picked up in the middle of a connection, at the next frame. Field lines that refer to earlier ones stand as placeholders.',
    remedy: 'Start the capture before the connections are opened.',
  },
  [IssueCode.HTTP2_LOST]: {
    id: 'http2-lost',
    severity: 'warning',
    blame: 'capture',
    sentence:
      'octets of an HTTP/2 connection are missing[: {found}], so that the border of frames was lost. Reading goes on with the next segment that begins with a frame.',
    remedy:
      'The capturing machine dropped packets: use a capture filter, a larger buffer (tcpdump -B 16384), or write to a faster disk.',
  },
  [IssueCode.HTTP2_FRAME_MALFORMED]: {
    id: 'http2-frame-malformed',
    severity: 'warning',
    blame: 'sender',
    sentence:
      'an HTTP/2 frame (type {found}) has a length or a stream that its type does not allow, or comes where it may not[: {expected} octets]. It was passed over.',
    remedy:
      'Look at the packet; a receiver answers such a frame with RST_STREAM or GOAWAY (RFC 9113 section 5.4).',
  },
  [IssueCode.HPACK_MALFORMED]: {
    id: 'hpack-malformed',
    severity: 'warning',
    blame: 'sender',
    sentence:
      'a header block of HTTP/2 cannot be decoded (HPACK, RFC 7541)[: it breaks off at octet {found} of {expected}]. Later field lines of its direction may stand as placeholders.',
    remedy: 'A receiver closes the connection with COMPRESSION_ERROR: look at what encoded the block.',
  },
  [IssueCode.HPACK_TABLE_LIMIT]: {
    id: 'hpack-table-limit',
    severity: 'note',
    blame: 'analyser',
    sentence:
      'an HPACK table was set to {found} bytes, {expected} are kept. Field lines that refer to what was dropped stand as placeholders.',
    remedy: 'Nothing to do.',
  },
  [IssueCode.LINK_TYPE_ALIEN]: {
    id: 'link-type-alien',
    severity: 'note',
    blame: 'capture',
    sentence: 'link type {found} is no network: its records are listed and named, and hold no packets of IP.',
    remedy: 'Capture on a network interface; open this one in Wireshark.',
  },
  [IssueCode.HPACK_TABLE_SIZE]: {
    id: 'hpack-table-size',
    severity: 'warning',
    blame: 'sender',
    sentence:
      'a sender of HTTP/2 set its HPACK table to {found} bytes, the receiver allows {expected} (SETTINGS_HEADER_TABLE_SIZE).',
    remedy: 'A receiver closes the connection with COMPRESSION_ERROR: look at what encoded the header block.',
  },
};
