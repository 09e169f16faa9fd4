import { files } from 'virtual:samples';
import { inflate } from './inflate.ts';

/** A capture that is built into the page. */
export interface Sample {
  /** File name: `double-transfer-encoding.pcap`. */
  readonly name: string;
  readonly octets: number;
  /** Unpacks it; what comes out is opened like a dropped file. */
  open(): Promise<File>;
}

/** The captures of public/samples, by name. */
export const SAMPLES: readonly Sample[] = files.map(({ name, octets, gzipBase64 }) => ({
  name,
  octets,
  open: async () => new File([await inflate(gzipBase64)], name),
}));
