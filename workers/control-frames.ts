import { FrameType } from '../src/model/stream.ts';
import type { FlowRow, PacketNumber } from '../src/model/units.ts';
import type { Core } from './core.ts';

/** A RST_STREAM, SETTINGS, PUSH_PROMISE, PING or GOAWAY frame. */
export interface ControlFrame {
  readonly row: number;
  readonly packet: PacketNumber;
  readonly flow: FlowRow;
  readonly stream: number;
  readonly type: number;
  readonly flags: number;
  /** The side of the flow that sent it: 0 the originator. */
  readonly side: 0 | 1;
  /** What the table's value says for the type. */
  readonly value: number;
  readonly lastStream: number;
  /** Interned debug data of GOAWAY or parameters of SETTINGS; 0 absent. */
  readonly text: number;
}

/** Bit of a SETTINGS or PING frame that acknowledges the other side's (RFC 9113 sections 6.5 and 6.7). */
export const ACK = 1;

const BLOCK = 8192;

/** Reads a row of the control frames. */
export function controlFrame(core: Core, row: number): ControlFrame {
  const { controlFrames } = core.tables;
  return {
    row,
    packet: controlFrames.packet(row),
    flow: controlFrames.flow(row),
    stream: controlFrames.stream(row),
    type: controlFrames.type(row),
    flags: controlFrames.flags(row),
    side: controlFrames.side(row) === 0 ? 0 : 1,
    value: controlFrames.value(row),
    lastStream: controlFrames.lastStream(row),
    text: controlFrames.text(row),
  };
}

/** Rows of all control frames of a type, ascending. The table is looked through once, some nanoseconds a row. */
export function framesOfType(core: Core, type: number): readonly number[] {
  return rowsWith(core, 'type', type);
}

/** Rows of the control frames of a flow, ascending. */
export function framesOfFlow(core: Core, flow: FlowRow): readonly number[] {
  return rowsWith(core, 'flow', flow);
}

function rowsWith(core: Core, column: 'type' | 'flow', wanted: number): readonly number[] {
  const { rows } = core.tables.controlFrames;
  const values = new Uint32Array(Math.min(BLOCK, rows));
  const found: number[] = [];
  for (let from = 0; from < rows; from += BLOCK) {
    core.copyColumn('controlFrames', column, from, values);
    const count = Math.min(values.length, rows - from);
    for (let at = 0; at < count; at++) if (values[at] === wanted) found.push(from + at);
  }
  return found;
}

/** The GOAWAY frames of a flow in the order they came. */
export function goAwaysOf(core: Core, flow: FlowRow): readonly ControlFrame[] {
  const { controlFrames } = core.tables;
  return framesOfType(core, FrameType.GOAWAY)
    .filter((row) => controlFrames.flow(row) === flow)
    .map((row) => controlFrame(core, row));
}
