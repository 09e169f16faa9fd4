import { formatAmount, formatCount } from '../../src/model/format.ts';
import { FrameType } from '../../src/model/stream.ts';
import type { FlowRow } from '../../src/model/units.ts';
import { ACK, type ControlFrame, controlFrame, framesOfFlow } from '../control-frames.ts';
import type { Core } from '../core.ts';
import { http2ErrorName, settingsWords } from '../http2-words.ts';
import { sideName } from '../roles.ts';
import { windowCounts } from '../window-words.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

/** SETTINGS and GOAWAY frames of a flow that are told; a sender may repeat itself. */
const TOLD = 8;

/** Control frames of a flow that are counted: a flood of PINGs may be millions. */
const LOOKED_AT = 100_000;

/** What HTTP/2 says of a connection: settings, goodbyes, resets, pings. Empty where it has no control frame. */
export function http2FlowFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const { rows } = core.tables.controlFrames;
  if (rows === 0) return [];
  const all = framesOfFlow(core, flow);
  const frames = all.slice(0, LOOKED_AT).map((row) => controlFrame(core, row));
  if (frames.length === 0) return [];
  const isCapped = all.length > LOOKED_AT;
  const many = `${formatCount(all.length)}; only the first ${formatCount(LOOKED_AT)} are told of here`;
  const of = (type: number): readonly ControlFrame[] => frames.filter((frame) => frame.type === type);
  const sender = (frame: ControlFrame): string => sideName(core, flow, frame.side);
  return [
    ...(isCapped ? [{ label: 'Control frames', value: many }] : []),
    { label: 'HTTP/2 streams', value: streamWords(core, flow, of(FrameType.PUSH_PROMISE).length) },
    ...of(FrameType.SETTINGS)
      .filter(({ flags }) => (flags & ACK) === 0)
      .slice(0, TOLD)
      .map((frame) => ({
        label: `SETTINGS of the ${sender(frame)}`,
        value: `${settingsWords(core.textOctets(frame.text)) || 'all as RFC 9113 begins with'}, in packet ${formatCount(frame.packet)}`,
      })),
    ...windowFacts(core, flow),
    ...resetFacts(of(FrameType.RST_STREAM), sender),
    ...pingFacts(of(FrameType.PING), sender),
    ...of(FrameType.GOAWAY)
      .slice(0, TOLD)
      .map((frame) => ({ label: `GOAWAY of the ${sender(frame)}`, value: goAwayWords(core, frame) })),
  ];
}

function streamWords(core: Core, flow: FlowRow, pushes: number): string {
  const count = formatAmount(core.tables.flows.exchanges(flow), 'stream');
  return pushes === 0 ? count : `${count}, ${formatCount(pushes)} of them pushed`;
}

/** Whose DATA used up windows, a line each. */
function windowFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const { own, connection } = windowCounts(core, flow);
  return ([0, 1] as const).flatMap((side) => {
    const words: string[] = [];
    if (own[side] > 0) words.push(`used up the window of ${formatAmount(own[side], 'stream')}`);
    if (connection[side] > 0) {
      words.push(`used up the window of the connection on ${formatAmount(connection[side], 'stream')}`);
    }
    if (words.length === 0) return [];
    return [{ label: `Flow control of the ${side === 0 ? 'client' : 'server'}`, value: words.join('; ') }];
  });
}

/** `3 × REFUSED_STREAM, 1 × CANCEL`, a line a sender. */
function resetFacts(
  resets: readonly ControlFrame[],
  sender: (frame: ControlFrame) => string,
): readonly Fact[] {
  const bySender = new Map<string, Map<number, number>>();
  for (const frame of resets) {
    const codes = bySender.get(sender(frame)) ?? new Map<number, number>();
    bySender.set(sender(frame), codes.set(frame.value, (codes.get(frame.value) ?? 0) + 1));
  }
  return [...bySender].map(([who, codes]) => ({
    label: `RST_STREAM of the ${who}`,
    value: [...codes]
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => `${formatCount(count)} × ${http2ErrorName(code)}`)
      .join(', '),
  }));
}

function pingFacts(pings: readonly ControlFrame[], sender: (frame: ControlFrame) => string): readonly Fact[] {
  const counts = new Map<string, number>();
  let answers = 0;
  for (const frame of pings) {
    if (frame.flags & ACK) answers++;
    else counts.set(sender(frame), (counts.get(sender(frame)) ?? 0) + 1);
  }
  if (pings.length === 0) return [];
  const asked = [...counts].map(([who, count]) => `${formatCount(count)} of the ${who}`).join(', ');
  return [{ label: 'PING', value: `${asked === '' ? 'none' : asked}; ${formatAmount(answers, 'answer')}` }];
}

function goAwayWords(core: Core, frame: ControlFrame): string {
  const debug = frame.text === 0 ? '' : `, “${core.text(frame.text).slice(0, 200)}”`;
  const last =
    frame.lastStream === 0x7fffffff ? 'none left out yet' : `last stream ${formatCount(frame.lastStream)}`;
  return `${http2ErrorName(frame.value)}, ${last}${debug}, in packet ${formatCount(frame.packet)}`;
}
