// What the decoders found in the packet at hand. Decoders fill it, only the driver commits it.

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

/** IP protocol number of the layer above, and octets that layer had on the wire. */
export let transport: u32 = 0;
export let wireLength: u32 = 0;

/** TCP and UDP. */
export let hasTransport: bool = false;
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

/** Window scale shift of a SYN; 255 without the option. */
export let windowScale: u32 = 255;

/** Forgets the packet before. */
export function clear(): void {
  protocol = 0;
  ipVersion = 0;
  transport = 0;
  hasTransport = false;
  sourcePort = 0;
  destinationPort = 0;
  tcpFlags = 0;
  identification = 0;
  payloadLength = 0;
  quoted = 0;
}
