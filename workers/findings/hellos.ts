import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import { MESH_PORTS } from '../../src/model/thresholds.ts';
import type { FlowRow, HelloRow, PacketNumber } from '../../src/model/units.ts';
import { type Close, type Facts, NO_FLOW, type Side } from './facts.ts';

/** A ClientHello with what came of it. */
export interface HelloFacts {
  readonly row: HelloRow;
  readonly flow: FlowRow;
  readonly client: Side;
  readonly time: number;
  readonly packet: PacketNumber;
  readonly serverHelloPacket: PacketNumber;
  readonly outcomePacket: PacketNumber;
  /** undefined without the extension. */
  readonly serverName: string | undefined;
  readonly alpn: string | undefined;
  readonly octets: number;
  readonly version: number;
  readonly outcome: number;
  readonly marks: number;
  /** The FIN or RST that cut it. */
  readonly cut: Close | undefined;
}

/** What the hellos to one server address and port have in common. */
export interface ServerProfile {
  hellos: number;
  complete: number;
  completeWithoutName: number;
  withName: number;
  completeWithName: number;
  meshNames: number;
  istioAlpn: number;
  /** The server answered at least one hello with TLS. */
  speaksTls: boolean;
  /** The first hello that succeeded; -1 for none. */
  firstComplete: HelloRow;
  /** The first that succeeded with a name of the mesh, or any name; -1 for none. */
  firstNamed: HelloRow;
}

const KNOWN = new WeakMap<Facts, ReadonlyMap<number, ServerProfile>>();

/** Whether a server_name is built as Istio does for its clusters: `outbound_.PORT_.SUBSET_.HOST` (read 2026). */
export function isMeshName(serverName: string): boolean {
  return /^(?:outbound|inbound)_\.\d+_\..*_\../s.test(serverName);
}

/** Whether an ALPN list has a protocol of Istio's sidecars: `istio`, `istio-peer-exchange`, `istio-http/1.1` … */
export function hasIstioAlpn(alpn: string): boolean {
  return alpn.split(',').some((protocol) => /^\s*istio\b/.test(protocol));
}

/** Servers by endpoint: one pass over the ClientHellos, which are as many as TLS connections. */
export function serverProfiles(facts: Facts): ReadonlyMap<number, ServerProfile> {
  const known = KNOWN.get(facts);
  if (known !== undefined) return known;
  const profiles = new Map<number, ServerProfile>();
  const { hellos } = facts.tables;
  const meshNames = new Map<number, boolean>();
  const istio = new Map<number, boolean>();
  for (let row = 0; row < hellos.rows; row++) {
    const flow = hellos.flow(row);
    // QUIC to the same address and port is another server, of which little is in clear.
    if (flow === NO_FLOW || isOverQuic(facts, row)) continue;
    const profile = profileAt(profiles, serverKey(facts, flow));
    const name = hellos.serverName(row);
    const alpn = hellos.alpn(row);
    const hasName = (hellos.marks(row) & (HelloMark.SERVER_NAME | HelloMark.ENCRYPTED_CLIENT_HELLO)) !== 0;
    const isComplete = hellos.outcome(row) === HelloOutcome.COMPLETE;
    profile.hellos++;
    if (hasName) profile.withName++;
    if (name !== 0 && memo(meshNames, name, () => isMeshName(facts.core.text(name)))) profile.meshNames++;
    if (alpn !== 0 && memo(istio, alpn, () => hasIstioAlpn(facts.core.text(alpn)))) profile.istioAlpn++;
    if (hellos.serverHelloPacket(row) !== 0) profile.speaksTls = true;
    if (!isComplete) continue;
    profile.complete++;
    if (hasName) profile.completeWithName++;
    else profile.completeWithoutName++;
    if (profile.firstComplete < 0) profile.firstComplete = row;
    if (hasName && profile.firstNamed < 0) profile.firstNamed = row;
  }
  KNOWN.set(facts, profiles);
  return profiles;
}

/**
 * Whether a ClientHello came in QUIC: a handshake of one record-less exchange over UDP, whose end (no FIN, no RST, all but the
 * hellos encrypted) proves nothing that rules on ClientHellos could tell.
 */
export function isOverQuic(facts: Facts, row: HelloRow): boolean {
  return (facts.tables.hellos.marks(row) & HelloMark.QUIC) !== 0;
}

/** What is known of a flow's server from all ClientHellos to it; undefined where it got none. */
export function profileOf(facts: Facts, flow: FlowRow): ServerProfile | undefined {
  return serverProfiles(facts).get(serverKey(facts, flow));
}

/** Whether the server is a sidecar (or gateway) of the mesh: by what others call it, or by its port. */
export function isMeshServer(facts: Facts, flow: FlowRow): boolean {
  const profile = profileOf(facts, flow);
  if (profile !== undefined && (profile.meshNames > 0 || profile.istioAlpn > 0)) return true;
  return MESH_PORTS.includes(facts.port(flow, facts.clientOf(flow) === 0 ? 1 : 0));
}

/** Address and port of a flow's server as a number. */
export function serverKey(facts: Facts, flow: FlowRow): number {
  return facts.endpointKey(flow, facts.clientOf(flow) === 0 ? 1 : 0);
}

/** Reads a ClientHello out of the columns. */
export function helloFacts(facts: Facts, row: HelloRow): HelloFacts {
  const { hellos } = facts.tables;
  const flow = hellos.flow(row);
  const marks = hellos.marks(row);
  const alpn = hellos.alpn(row);
  const outcome = hellos.outcome(row);
  return {
    row,
    flow,
    client: facts.clientOf(flow),
    time: hellos.time(row),
    packet: hellos.firstPacket(row),
    serverHelloPacket: hellos.serverHelloPacket(row),
    outcomePacket: hellos.outcomePacket(row),
    serverName: marks & HelloMark.SERVER_NAME ? facts.core.text(hellos.serverName(row)) : undefined,
    alpn: alpn === 0 ? undefined : facts.core.text(alpn),
    octets: hellos.octets(row),
    version: hellos.version(row),
    outcome,
    marks,
    cut: outcome === HelloOutcome.CUT ? facts.closeOf(hellos.outcomePacket(row)) : undefined,
  };
}

function profileAt(profiles: Map<number, ServerProfile>, key: number): ServerProfile {
  const known = profiles.get(key);
  if (known !== undefined) return known;
  const fresh: ServerProfile = {
    hellos: 0,
    complete: 0,
    completeWithoutName: 0,
    withName: 0,
    completeWithName: 0,
    meshNames: 0,
    istioAlpn: 0,
    speaksTls: false,
    firstComplete: -1,
    firstNamed: -1,
  };
  profiles.set(key, fresh);
  return fresh;
}

function memo(known: Map<number, boolean>, key: number, ask: () => boolean): boolean {
  const value = known.get(key) ?? ask();
  known.set(key, value);
  return value;
}
