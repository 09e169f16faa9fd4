import { EndpointState } from '../src/model/flow.ts';
import type { FlowRow } from '../src/model/units.ts';
import type { Core } from './core.ts';

/**
 * Zeek's history of a TCP connection: what happened, in order, upper case by the originator, lower case by the responder.
 * S SYN, H SYN-ACK, A bare ACK, D data, F FIN, R RST, I FIN and RST at once, Q SYN with FIN or RST: each once a direction; T data
 * sent again, W window 0, G gap: the 1st, 10th, 100th … time; ^ the first packet came from the responder. Zeek's C (bad checksum) is
 * not told. https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html
 */
export function flowHistory(core: Core, flow: FlowRow): string {
  const { flows } = core.tables;
  const words = [
    flows.history0(flow),
    flows.history1(flow),
    flows.history2(flow),
    flows.history3(flow),
    flows.history4(flow),
    flows.history5(flow),
  ];
  const letters = words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
  return String.fromCharCode(...letters.slice(0, flows.historyLength(flow)));
}

/** Zeek's conn_state, with what it means. */
export const CONNECTION_STATES: Readonly<Record<string, string>> = {
  S0: 'SYN without an answer',
  S1: 'established, not closed',
  SF: 'established and closed by both',
  REJ: 'SYN refused by RST',
  S2: 'established, closed by the originator only',
  S3: 'established, closed by the responder only',
  RSTO: 'reset by the originator',
  RSTR: 'reset by the responder',
  RSTOS0: 'reset by the originator, the responder was not seen',
  RSTRH: 'reset by the responder, no SYN seen',
  SH: 'closed by the originator, the responder was not seen',
  SHR: 'closed by the responder, the originator was not seen',
  OTH: 'seen midstream, not closed',
};

/** Zeek's conn_state of a TCP connection; a key of {@link CONNECTION_STATES}. */
export function connectionState(core: Core, flow: FlowRow): string {
  const { directions } = core.tables;
  const originator = directions.state(flow * 2);
  const responder = directions.state(flow * 2 + 1);
  if (responder === EndpointState.RESET) {
    const isRefused =
      originator === EndpointState.SYN_SENT ||
      originator === EndpointState.SYN_ACK_SENT ||
      (originator === EndpointState.RESET && hasNoPayload(core, flow));
    if (isRefused) return 'REJ';
    return originator === EndpointState.INACTIVE ? 'RSTRH' : 'RSTR';
  }
  if (originator === EndpointState.RESET) return responder === EndpointState.INACTIVE ? 'RSTOS0' : 'RSTO';
  if (originator === EndpointState.CLOSED) {
    if (responder === EndpointState.CLOSED) return 'SF';
    return responder === EndpointState.INACTIVE ? 'SH' : 'S2';
  }
  if (responder === EndpointState.CLOSED) return originator === EndpointState.INACTIVE ? 'SHR' : 'S3';
  if (originator === EndpointState.SYN_SENT && responder === EndpointState.INACTIVE) return 'S0';
  const areEstablished = originator === EndpointState.ESTABLISHED && responder === EndpointState.ESTABLISHED;
  return areEstablished ? 'S1' : 'OTH';
}

function hasNoPayload(core: Core, flow: FlowRow): boolean {
  const { directions } = core.tables;
  return directions.octets(flow * 2) === 0 && directions.octets(flow * 2 + 1) === 0;
}
