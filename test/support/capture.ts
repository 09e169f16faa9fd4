/** A packet as a capture file holds it. */
export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** The octets that were captured. */
  readonly octets: Uint8Array;
  /** Octets the packet had on the wire. */
  readonly length: number;
  /** Index in the capture's interfaces. */
  readonly interface: number;
}

/** Where packets were captured. */
export interface CaptureInterface {
  readonly linkType: number;
  readonly snapLength: number;
}

/** A capture, free of any file format. */
export interface Capture {
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacket[];
}

/** A file with where each packet's record begins in it. */
export interface WrittenCapture {
  readonly octets: Uint8Array;
  readonly offsets: readonly number[];
}
