/** What the WASM module exports. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  /** Adds a file whose first octet counts as `start` among the octets of all files; answers its number. */
  addSource(start: number): number;
  /** Room for `size` octets of the source's input behind what is held back. */
  reserveInput(source: number, size: number): number;
  /** Analyses `size` octets of input. 0 where reading can go on, else why it stopped: {@link StopReason}. */
  push(source: number, size: number): number;
  /** No more octets of the source will come. */
  endSource(source: number): void;
  /** The source to feed next; -1 where none waits. */
  wants(): number;
  /** The capture is over: closes what is open. */
  finish(): void;
  tableRows(table: number): number;
  /** Address of the table's directory: u32 addresses of its row groups. */
  tableDirectory(table: number): number;
  /** Rows of a table whose u32 column has any bit of the mask; answers how many, the rows are at selection(). */
  select(table: number, columnOffset: number, mask: number): number;
  selection(): number;
  counter(index: number): number;
  /** Time of the first packet. */
  startSeconds(): number;
  startNanoseconds(): number;
  /** The earliest and the latest time of any packet. */
  earliestTime(): number;
  latestTime(): number;
  /** Room for a record that is read again. */
  reserveRecord(size: number): number;
  /** Decodes the record at reserveRecord(), `offset` octets into the file, into fields; answers how many. */
  describe(size: number, offset: number): number;
  /** The described fields: u32 field, depth, start, length and f64 value each, 24 octets; where the packet begins in its record. */
  described(): number;
  recordHeader(): number;
  /** Of the record last located: octets of its whole block (0 for pcap), and the row of its interface. */
  recordSize(): number;
  recordInterface(): number;
  /** Begins to follow a flow, feeds a record of it, delivers what still waits behind gaps; the latter two answer how many pieces. */
  followStart(flow: number): void;
  followRecord(size: number, offset: number, packet: number): number;
  followFinish(): number;
  /** The pieces: u32 direction, packet, address, length, missing (0 or 1), sequence; 24 octets each. */
  followPieces(): number;
  /** Adds a row to a table and answers its address (HAR and tests). */
  appendRow(table: number): number;
  /** Interns the field lines at reserveRecord(), each ended by CR LF; answers the section's row plus one. */
  internSection(size: number): number;
  /** The time that others count from, unless a packet set it before. */
  setStart(seconds: number, nanoseconds: number): void;
  /** Interns the octets at reserveRecord(); answers the text. */
  internText(size: number): number;
  /** The handshake message at reserveRecord(), which QUIC carried from packet `first` to `last`. */
  quicMessage(flow: number, side: number, size: number, first: number, last: number): void;
  /** A side closed its connection of QUIC with this alert; 255 for none. */
  quicClose(flow: number, side: number, description: number, packet: number): void;
  /** All of the flow's handshake that can be read was told. */
  quicEnd(flow: number): void;
}
