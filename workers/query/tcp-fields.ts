import { SynOption } from '../../src/model/flow.ts';
import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import type { Core } from '../core.ts';
import { connectionState, flowHistory } from '../flow-history.ts';
import { PROBE_ANSWER } from '../packet-marks.ts';
import { Transport } from '../roles.ts';
import { column, combined, mapped, sideOf, type Fill } from './columns.ts';
import { told } from './dictionaries.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';

/** A number of each TCP flow, by its row; NaN where there is none, and for other transports. */
function ofFlow(core: Core, value: (flow: number) => number): Fill {
  const transports = column(core, 'flows', 'transport');
  return (from, into) => {
    transports(from, into);
    for (let at = 0; at < into.length; at++) {
      into[at] = into[at] === Transport.TCP ? value(from + at) : NaN;
    }
  };
}

/** A text of each TCP flow. */
function flowText(tell: (core: Core, flow: number) => string): FieldBinding {
  return (core) => ({
    type: 'text',
    source: { domain: 'flows', columns: [ofFlow(core, (flow) => flow)] },
    dictionary: told((flow) => [tell(core, flow)]),
  });
}

/** A number that a SYN tells of its sender: of the packets with SYN, as in Wireshark. */
function ofSyn(core: Core, value: (direction: number) => number): Fill {
  const { marks, tcpFlags } = core.tables.packets;
  const flows = column(core, 'packets', 'flow');
  return (from, into) => {
    flows(from, into);
    for (let at = 0; at < into.length; at++) {
      const flow = into[at] ?? -1;
      const row = from + at;
      if (flow < 0 || (tcpFlags(row) & TcpFlag.SYN) === 0) into[at] = NaN;
      else into[at] = value(flow * 2 + (marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0));
    }
  };
}

function synNumber(value: (core: Core, direction: number) => number): FieldBinding {
  return (core) => ({
    type: 'number',
    source: { domain: 'packets', columns: [ofSyn(core, (direction) => value(core, direction))] },
  });
}

/** Packets whose marks pass. */
function marked(passes: (marks: number) => boolean): FieldBinding {
  return (core) => {
    const fill = mapped(column(core, 'packets', 'marks'), (marks) => (passes(marks) ? 1 : NaN));
    return { type: 'presence', sources: () => [{ domain: 'packets', columns: [fill] }] };
  };
}

const isProbeAnswer = (marks: number): boolean => (marks & PROBE_ANSWER) === PROBE_ANSWER;

/** Wireshark's iRTT: from the last SYN to the first ACK behind it. */
const initialRoundTrip: FieldBinding = (core) => {
  const { time } = core.tables.packets;
  const { roundTripFrom, roundTripTo } = core.tables.flows;
  const fill = ofFlow(core, (flow) => {
    const to = roundTripTo(flow);
    return to === 0 ? NaN : time(to - 1) - time(roundTripFrom(flow) - 1);
  });
  return { type: 'duration', source: { domain: 'flows', columns: [fill] } };
};

function bothDirections(name: 'keepAlives' | 'gaps'): FieldBinding {
  return (core) => {
    const fill = column(core, 'directions', name);
    const sum = combined(sideOf(fill, 0), sideOf(fill, 1), (a, b) => a + b);
    return { type: 'number', source: { domain: 'flows', columns: [sum] } };
  };
}

/** Fields of TCP beside flags and the analysis of single packets. */
export const TCP_BINDINGS: FieldBindings = {
  'tcp.analysis.zero_window_probe': marked(
    (marks) => (marks & PacketMark.ZERO_WINDOW_PROBE) !== 0 && !isProbeAnswer(marks),
  ),
  'tcp.analysis.zero_window_probe_ack': marked(isProbeAnswer),
  'tcp.analysis.initial_rtt': initialRoundTrip,
  'tcp.completeness': (core) => ({
    type: 'number',
    source: { domain: 'flows', columns: [ofFlow(core, core.tables.flows.completeness)] },
  }),
  'tcp.options.mss_val': synNumber(
    (core, direction) => core.tables.directions.maximumSegment(direction) || NaN,
  ),
  'tcp.options.wscale.shift': synNumber((core, direction) => {
    const scale = core.tables.directions.windowScale(direction);
    return scale === 0 ? NaN : scale - 1;
  }),
  'tcp.options.sack_perm': (core) => {
    const { synOptions } = core.tables.directions;
    const fill = ofSyn(core, (direction) => (synOptions(direction) & SynOption.SACK_PERMITTED ? 1 : NaN));
    return { type: 'presence', sources: () => [{ domain: 'packets', columns: [fill] }] };
  },
  'offwire.flow.state': flowText(connectionState),
  'offwire.flow.history': flowText(flowHistory),
  'offwire.flow.keep_alives': bothDirections('keepAlives'),
  'offwire.flow.gaps': bothDirections('gaps'),
};
