declare module 'pcap-ng-parser' {
  import type { Transform } from 'node:stream';
  /** Takes the octets of a pcapng file, gives its packets as objects. */
  const PcapNgParser: new () => Transform;
  export = PcapNgParser;
}
