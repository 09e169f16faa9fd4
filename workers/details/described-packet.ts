import { FIELDS } from '../../src/model/fields.ts';
import type { Field } from '../../src/model/field.ts';
import type { Core, DescribedField } from '../core.ts';
import { decodeText } from '../core.ts';

const NUMBER_OF_NAME: ReadonlyMap<string, number> = new Map(FIELDS.map(({ name }, number) => [name, number]));

/** A packet that was read again and decoded into fields. */
export class DescribedPacket {
  /** The packet's octets, without the header of its record. */
  readonly octets: Uint8Array;
  readonly fields: readonly DescribedField[];
  /** Octets of its whole block in a pcapng file; 0 in others. */
  readonly blockSize: number;
  /** Row of its interface. */
  readonly interface: number;

  /** `record` may have octets behind the packet's `captured` ones. */
  constructor(core: Core, record: Uint8Array, offset: number, captured = Infinity) {
    const described = core.describe(record, offset);
    this.octets = record.subarray(described.header, described.header + captured);
    this.fields = described.fields;
    this.blockSize = described.size;
    this.interface = described.interface;
  }

  /** The first field of this (Wireshark) name; undefined where the packet has none. */
  find(name: string): DescribedField | undefined {
    const number = NUMBER_OF_NAME.get(name);
    return this.fields.find(({ field }) => field === number);
  }

  /** The last field of this name: the innermost, where layers are nested. */
  findLast(name: string): DescribedField | undefined {
    const number = NUMBER_OF_NAME.get(name);
    return this.fields.findLast(({ field }) => field === number);
  }

  /** Whether the packet has a field of this name. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** Value of the first field of this name. */
  value(name: string): number | undefined {
    return this.find(name)?.value;
  }

  /** Octets of a field; empty for none. */
  octetsOf(field: DescribedField | undefined): Uint8Array {
    return field ? this.octets.subarray(field.start, field.start + field.length) : new Uint8Array();
  }

  /** Octets of the first field of this name as text; undefined where there is none. */
  text(name: string): string | undefined {
    const field = this.find(name);
    return field && decodeText(this.octetsOf(field));
  }
}

/** What the vocabulary says of a described field. */
export function fieldOfNumber(number: number): Field | undefined {
  return FIELDS[number];
}
