// What the decoders found in the packet at hand. Decoders fill it, only the driver commits it.

import { hashWords } from '../bytes';

/** Where the next layer begins. */
export let next: usize = 0;
/** End of the captured octets of the layer at hand: trimmed by a layer that tells its length. */
export let end: usize = 0;

/** The highest PROTOCOL_… that was recognised. */
export let protocol: u32 = 0;

/** Whether the packet was cut by the snap length: what is missing then is not malformed. Set by the driver. */
export let isSnapped: bool = false;

/** 4 or 6; 0 where there is no IP layer. Addresses as two halves of two words each; IPv4 mapped into ::ffff:0:0/96. */
export let ipVersion: u32 = 0;
export let sourceHigh: u64 = 0;
export let sourceLow: u64 = 0;
export let destinationHigh: u64 = 0;
export let destinationLow: u64 = 0;
export let ttl: u32 = 0;
export let identification: u32 = 0;

/** Tells tunnels apart: equal for packets of one tunnel in both directions; 0 outside any. */
export let context: u32 = 0;

/** A fragment of a datagram: its place and whether more follow (RFC 791, RFC 8200 section 4.5). */
export let isFragment: bool = false;
export let fragmentOffset: u32 = 0;
export let hasMoreFragments: bool = false;

/** IP protocol number of the layer above, and octets that layer had on the wire. */
export let transport: u32 = 0;
export let wireLength: u32 = 0;

/** TCP and UDP. */
export let hasTransport: bool = false;
/** Ports are there, though the header that begins with them cannot be read: enough to know the flow. */
export let hasOnlyPorts: bool = false;
export let sourcePort: u32 = 0;
export let destinationPort: u32 = 0;
export let payload: usize = 0;
/** Octets of payload on the wire; what was captured of it is end - payload. */
export let payloadLength: u32 = 0;

export let sequence: u32 = 0;
export let acknowledgment: u32 = 0;
export let tcpFlags: u32 = 0;
export let window: u32 = 0;
export let checksum: u32 = 0;
/** The packet that an ICMP error quotes: where it begins; 0 for other packets. */
export let quoted: usize = 0;

/** Window scale shift of a SYN; 255 without the option. Its maximum segment size, 0 without; its SYN_OPTION_… bits. */
export let windowScale: u32 = 255;
export let maximumSegment: u32 = 0;
export let synOptions: u32 = 0;

/** The packet goes on inside a tunnel of this kind and number. */
export function enterTunnel(kind: u32, number: u32): void {
  context = (<u32>hashWords(<u64>context, ((<u64>kind) << 32) | (<u64>number))) | 1;
}

/** A number for the two outer addresses, the same in both directions. */
export function outerPair(): u32 {
  return <u32>(hashWords(sourceHigh, sourceLow) + hashWords(destinationHigh, destinationLow));
}

/** An IP header begins: what an outer one said of its transport no longer counts. */
export function enterIp(version: u32): void {
  ipVersion = version;
  hasTransport = false;
  hasOnlyPorts = false;
  sourcePort = 0;
  destinationPort = 0;
  tcpFlags = 0;
  payloadLength = 0;
  quoted = 0;
}

/** Forgets the packet before. */
export function clear(): void {
  protocol = 0;
  ipVersion = 0;
  context = 0;
  isFragment = false;
  transport = 0;
  hasTransport = false;
  hasOnlyPorts = false;
  sourcePort = 0;
  destinationPort = 0;
  tcpFlags = 0;
  identification = 0;
  payloadLength = 0;
  quoted = 0;
}
