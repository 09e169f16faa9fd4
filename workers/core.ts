import type { Counter } from '../src/model/counter.ts';
import { TABLES, type TableName } from '../src/model/schema.ts';
import type { Columns, ColumnType, TableSchema } from '../src/model/table.ts';
import type { CoreExports } from './core-exports.ts';

/** Why the core stopped reading before the end of its input. */
export const StopReason = { NONE: 0, NOT_A_CAPTURE: 1, DAMAGED: 2, MEMORY: 3 } as const;

/** A column of a table, read row by row. Valid as long as the core; never keep values across push(). */
export type ColumnReader = (row: number) => number;

/** A table: its row count, and a reader for each column. */
export type TableReader<C extends Columns> = { readonly rows: number } & {
  readonly [name in keyof C]: ColumnReader;
};

/** All tables of the core. */
export type Tables = { readonly [name in TableName]: TableReader<(typeof TABLES)[name]['columns']> };

/** A field of a described packet. `start` counts from the packet's first octet. */
export interface DescribedField {
  readonly field: number;
  readonly depth: number;
  readonly start: number;
  readonly length: number;
  readonly value: number;
}

/** A record that was decoded again. */
export interface DescribedRecord {
  /** Octets in front of its packet. */
  readonly header: number;
  /** Octets of its whole block, options included; 0 for a record of pcap. */
  readonly size: number;
  /** Row of the interfaces table. */
  readonly interface: number;
  readonly fields: readonly DescribedField[];
}

/** Octets (or a gap) that following a flow delivered, in the order the receiver would have read them. */
export interface DeliveredPiece {
  readonly direction: 0 | 1;
  readonly packet: number;
  /** A copy; empty for a gap. */
  readonly octets: Uint8Array;
  /** Octets that the capture does not have; 0 for octets. */
  readonly missing: number;
  /** TCP sequence number of the first octet. */
  readonly sequence: number;
}

/** Octets of a cell as a power of two. */
const SHIFTS: Readonly<Record<ColumnType, number>> = { f64: 3, u32: 2, i32: 2, u16: 1, u8: 0 };

/** Typed views of the core's memory, replaced when it grows. */
class MemoryViews {
  #buffer: ArrayBufferLike | undefined;
  f64 = new Float64Array();
  u32 = new Uint32Array();
  i32 = new Int32Array();
  u16 = new Uint16Array();
  u8 = new Uint8Array();
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.refresh();
  }

  refresh(): void {
    const buffer = this.#memory.buffer;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.f64 = new Float64Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const LATIN1 = new TextDecoder('latin1');

/** Octets as text: UTF-8 where they are valid UTF-8, else one character an octet. */
export function decodeText(octets: Uint8Array): string {
  try {
    return UTF8.decode(octets);
  } catch {
    return LATIN1.decode(octets);
  }
}

/** Typed host of the WASM module; the only user of its memory. One core a capture. */
export class Core {
  readonly tables: Tables;
  readonly #exports: CoreExports;
  readonly #views: MemoryViews;
  readonly #texts = new Map<number, string>();
  #only: number | undefined;

  private constructor(exports: CoreExports) {
    this.#exports = exports;
    this.#views = new MemoryViews(exports.memory);
    const tables: Record<string, unknown> = {};
    Object.entries(TABLES).forEach(([name, schema], number) => {
      tables[name] = this.#table(schema, number);
    });
    this.tables = tables as Tables;
  }

  /** Starts a core with empty tables from the compiled module; `imports` are those of a core that counts what it runs (tests). */
  static async create(module: WebAssembly.Module, imports: WebAssembly.ModuleImports = {}): Promise<Core> {
    const abort = (): never => {
      throw new Error('InvariantError: the core aborted');
    };
    const instance = await WebAssembly.instantiate(module, { env: { ...imports, abort } });
    return new Core(instance.exports as unknown as CoreExports);
  }

  #table(schema: TableSchema, number: number): TableReader<Columns> {
    const exports = this.#exports;
    const views = this.#views;
    const { groupShift, rowSize } = schema;
    const mask = (1 << groupShift) - 1;
    const reader: Record<string, unknown> = {};
    Object.defineProperty(reader, 'rows', { get: () => exports.tableRows(number) });
    for (const [column, type] of Object.entries(schema.columns)) {
      const offset = schema.offsets[column] ?? 0;
      const shift = SHIFTS[type];
      reader[column] = (row: number): number => {
        // Growth detaches the views; a detached array reads as empty.
        if (views.u8.length === 0) views.refresh();
        const group = views.u32[(exports.tableDirectory(number) >>> 2) + (row >>> groupShift)] ?? 0;
        const value = views[type][(group + (row & mask) * rowSize + offset) >>> shift];
        return value ?? NaN;
      };
    }
    return reader as TableReader<Columns>;
  }

  /** A number over the whole capture: see {@link Counter}. */
  counter(counter: (typeof Counter)[keyof typeof Counter]): number {
    return this.#exports.counter(counter);
  }

  /** Time of the first packet since 1970. */
  get start(): { readonly seconds: number; readonly nanoseconds: number } {
    return { seconds: this.#exports.startSeconds(), nanoseconds: this.#exports.startNanoseconds() };
  }

  /** The earliest and the latest time of any packet, in nanoseconds since the start; infinite where there is none. */
  get packetTimes(): { readonly earliest: number; readonly latest: number } {
    return { earliest: this.#exports.earliestTime(), latest: this.#exports.latestTime() };
  }

  /** Octets of memory the core holds. */
  get memoryOctets(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Adds a file of the capture; answers its number. `start` is where its first octet stands among the octets of all files: what
   * packets.offset counts. Of several files the earliest packet is always indexed first.
   */
  addSource(start: number): number {
    return this.#exports.addSource(start);
  }

  /**
   * Analyses the next octets of a source (by default the one file, which needs no addSource). Answers why its reading must stop,
   * {@link StopReason}; NONE to go on.
   */
  push(octets: Uint8Array, source = this.#onlySource()): number {
    const at = this.#exports.reserveInput(source, octets.length);
    this.#views.refresh();
    this.#views.u8.set(octets, at >>> 0);
    const reason = this.#exports.push(source, octets.length);
    this.#views.refresh();
    return reason;
  }

  /** No more octets of the source will come; what was cut off is an issue. */
  endSource(source = this.#onlySource()): void {
    this.#exports.endSource(source);
    this.#views.refresh();
  }

  /** The source whose octets must come next; undefined where all are over. */
  wants(): number | undefined {
    const source = this.#exports.wants() | 0;
    return source < 0 ? undefined : source;
  }

  #onlySource(): number {
    this.#only ??= this.addSource(0);
    return this.#only;
  }

  /** Closes what is open. `wasGivenUp` where the files were not read to their ends: nothing was cut off then. */
  finish(wasGivenUp = false): void {
    if (!wasGivenUp && this.#only !== undefined) this.endSource(this.#only);
    this.#exports.finish();
    this.#views.refresh();
  }

  /** Rows of a table whose u32 column has any bit of the mask, ascending. A copy. */
  select<N extends TableName>(
    name: N,
    column: keyof (typeof TABLES)[N]['columns'] & string,
    mask: number,
  ): Uint32Array {
    const schema: TableSchema = TABLES[name];
    const number = Object.keys(TABLES).indexOf(name);
    const count = this.#exports.select(number, schema.offsets[column] ?? 0, mask);
    this.#views.refresh();
    const at = this.#exports.selection() >>> 2;
    return this.#views.u32.slice(at, at + count);
  }

  /**
   * Copies rows [from, from + into.length) of a column: the way to read a whole column. Rows past the end are left as they are.
   */
  copyColumn<N extends TableName>(
    name: N,
    column: keyof (typeof TABLES)[N]['columns'] & string,
    from: number,
    into: Float64Array | Uint32Array | Int32Array,
  ): void {
    const schema: TableSchema = TABLES[name];
    const number = Object.keys(TABLES).indexOf(name);
    const type = schema.columns[column] ?? 'u8';
    const shift = SHIFTS[type];
    this.#views.refresh();
    const directory = this.#exports.tableDirectory(number) >>> 2;
    const cells = this.#views[type];
    const stride = schema.rowSize >>> shift;
    const mask = (1 << schema.groupShift) - 1;
    const end = Math.min(from + into.length, this.#exports.tableRows(number));
    for (let row = from; row < end;) {
      const group = this.#views.u32[directory + (row >>> schema.groupShift)] ?? 0;
      const last = Math.min(end, (row | mask) + 1);
      let at = (group + (row & mask) * schema.rowSize + (schema.offsets[column] ?? 0)) >>> shift;
      for (; row < last; row++, at += stride) into[row - from] = cells[at] ?? 0;
    }
  }

  /** An interned text; '' for 0. */
  text(id: number): string {
    if (id === 0) return '';
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text = decodeText(this.textOctets(id));
    if (this.#texts.size > 100_000) this.#texts.clear();
    this.#texts.set(id, text);
    return text;
  }

  /** The octets of an interned text. A view: use it before the next push(). */
  textOctets(id: number): Uint8Array {
    this.#views.refresh();
    const at = this.tables.texts.address(id);
    return this.#views.u8.subarray(at, at + this.tables.texts.length(id));
  }

  /** Interns octets: equal octets get the same text. */
  intern(octets: Uint8Array): number {
    this.#putRecord(octets);
    const id = this.#exports.internText(octets.length);
    this.#views.refresh();
    return id;
  }

  /**
   * Interns a header section given as field lines, each ended by CR LF and an empty one last; answers its row plus one, as messages
   * hold it. It is parsed like a section from the wire: its marks and violations are the same.
   */
  internSection(lines: Uint8Array): number {
    this.#putRecord(lines);
    const section = this.#exports.internSection(lines.length);
    this.#views.refresh();
    return section;
  }

  /** The octets of a datagram that begins with an Initial packet of QUIC (row of the initials table). A copy. */
  initialOctets(row: number): Uint8Array {
    this.#views.refresh();
    const { address, length } = this.tables.initials;
    const at = address(row);
    return this.#views.u8.slice(at, at + length(row));
  }

  /** Tells a TLS handshake message that QUIC carried: `first` and `last` are the packets that it lies in. */
  quicMessage(flow: number, side: 0 | 1, message: Uint8Array, first: number, last: number): void {
    this.#putRecord(message);
    this.#exports.quicMessage(flow, side, message.length, first, last);
    this.#views.refresh();
  }

  /** Tells that a side closed its connection of QUIC: with an alert of TLS, or another error. */
  quicClose(flow: number, side: 0 | 1, alert: number | undefined, packet: number): void {
    this.#exports.quicClose(flow, side, alert ?? 255, packet);
  }

  /** Tells that nothing more of a flow's QUIC handshake can be read. */
  quicEnd(flow: number): void {
    this.#exports.quicEnd(flow);
  }

  /** Sets the time that all times count from, for exchanges without packets; a packet that came before keeps its own. */
  setStart(seconds: number, nanoseconds: number): void {
    this.#exports.setStart(seconds, nanoseconds);
  }

  #putRecord(record: Uint8Array): void {
    const at = this.#exports.reserveRecord(record.length);
    this.#views.refresh();
    this.#views.u8.set(record, at >>> 0);
  }

  /** Decodes a record of the file again, by the same decoders that indexed it. `offset` is its place in the file. */
  describe(record: Uint8Array, offset: number): DescribedRecord {
    this.#putRecord(record);
    const count = this.#exports.describe(record.length, offset);
    this.#views.refresh();
    const header = this.#exports.recordHeader();
    const at = this.#exports.described();
    const fields: DescribedField[] = [];
    for (let index = 0; index < count; index++) {
      const from = (at + index * 24) >>> 2;
      const [field = 0, depth = 0, start = 0, length = 0] = this.#views.u32.subarray(from, from + 4);
      fields.push({ field, depth, start, length, value: this.#views.f64[(from + 4) >>> 1] ?? NaN });
    }
    const size = this.#exports.recordSize();
    return { header, size, interface: this.#exports.recordInterface(), fields };
  }

  /** Begins to follow a flow from its packets, read again. */
  followStart(flow: number): void {
    this.#exports.followStart(flow);
  }

  /** Feeds the next record of the followed flow; answers the octets that are now in order. */
  followRecord(record: Uint8Array, offset: number, packet: number): readonly DeliveredPiece[] {
    this.#putRecord(record);
    return this.#pieces(this.#exports.followRecord(record.length, offset, packet));
  }

  /** Ends following: delivers what waited behind gaps. */
  followFinish(): readonly DeliveredPiece[] {
    return this.#pieces(this.#exports.followFinish());
  }

  #pieces(count: number): readonly DeliveredPiece[] {
    this.#views.refresh();
    const at = this.#exports.followPieces();
    const pieces: DeliveredPiece[] = [];
    for (let index = 0; index < count; index++) {
      const from = (at + index * 24) >>> 2;
      const [direction = 0, packet = 0, address = 0, length = 0, missing = 0, sequence = 0] =
        this.#views.u32.subarray(from, from + 6);
      pieces.push({
        direction: direction === 0 ? 0 : 1,
        packet,
        octets: missing ? new Uint8Array() : this.#views.u8.slice(address, address + length),
        missing: missing ? length : 0,
        sequence,
      });
    }
    return pieces;
  }

  /** Appends a row with the given values (absent columns are 0) and answers its number: for tables filled from TypeScript. */
  append<N extends TableName>(
    name: N,
    values: { readonly [column in keyof (typeof TABLES)[N]['columns']]?: number },
  ): number {
    const schema: TableSchema = TABLES[name];
    const number = Object.keys(TABLES).indexOf(name);
    const row = this.#exports.tableRows(number);
    const address = this.#exports.appendRow(number) >>> 0;
    this.#views.refresh();
    for (const [column, value] of Object.entries<number | undefined>(values)) {
      const type = schema.columns[column];
      if (type === undefined || value === undefined) continue;
      const shift = SHIFTS[type];
      this.#views[type][(address + (schema.offsets[column] ?? 0)) >>> shift] = value;
    }
    return row;
  }
}
