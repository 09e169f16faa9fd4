import { MessageState } from '../../../src/model/exchange.ts';
import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { FlowRow } from '../../../src/model/units.ts';
import { type Concerned, concernedAtEnd } from '../concerned.ts';
import { endpointsOf, evidenceOf, exampleLadder } from '../example.ts';
import type { Close, Facts, Side } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { Draft, Impact, type ImpactLevel, type Rule, type Statement } from '../rule.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

interface Alien extends Concerned {
  readonly flow: FlowRow;
  readonly close: Close;
  readonly impact: ImpactLevel;
}

/** A RST that another machine wrote than the one in whose name it came, as its time to live shows. */
export const alienRst: Rule = {
  id: 'alien-rst',
  looksFor: 'a RST that came from somewhere between',
  unseen: noConnection,
  find(facts, claims) {
    const groups = new Groups<string>();
    const closes = new Map<FlowRow, Close>();
    for (const flow of facts.troubled(FlowMark.FOREIGN_RESET)) {
      const close = alienClose(facts, flow);
      if (close === undefined) continue;
      closes.set(flow, close);
      const server = facts.endpointKey(flow, other(facts.clientOf(flow)));
      groups.add(`${server} ${close.side === facts.clientOf(flow) ? 'client' : 'server'}`, flow, flow, true);
    }
    return groups.largest().flatMap((group) => {
      const aliens = group.broken.flatMap((flow) => {
        const close = closes.get(flow);
        return close === undefined ? [] : [examine(facts, flow, close)];
      });
      const meant = aliens.filter(({ flow }) => claims.causeOf({ flow }) === undefined);
      const first = meant[0];
      if (first === undefined) return [];
      const best = meant.reduce((a, b) => (b.impact > a.impact ? b : a), first);
      const draft = new Draft('alien-rst', tell(facts, best, meant, group));
      for (const { flow, exchange, downstream, felt, impact } of meant) {
        if (impact < Impact.BROKE) continue;
        claims.flow(flow, draft);
        const hello = facts.tables.flows.hello(flow);
        if (hello !== 0) claims.hello(hello - 1, draft);
        if (exchange !== undefined) claims.exchange(exchange.row, draft);
        if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
      }
      return [draft];
    });
  },
};

/** The RST whose time to live fits neither the first nor the last packet of its side; the first to end the flow. */
function alienClose(facts: Facts, flow: FlowRow): Close | undefined {
  const { directions } = facts.tables;
  const closes = facts.closes(flow);
  const first = closes.find(({ how }) => how === 'RST');
  // What comes after both sides closed harms nobody.
  const fins = closes.filter(({ how, packet }) => how === 'FIN' && packet < (first?.packet ?? 0));
  if (first === undefined || fins.length === 2) return undefined;
  const own = flow * 2 + first.side;
  const apart = (ttl: number): number => Math.abs(directions.rstTtl(own) - ttl);
  const isAlien =
    apart(directions.ttl(own)) > THRESHOLDS.HOPS && apart(directions.lastTtl(own)) > THRESHOLDS.HOPS;
  return isAlien && directions.lastTtl(own) !== 0 ? first : undefined;
}

function examine(facts: Facts, flow: FlowRow, close: Close): Alien {
  const concerned = concernedAtEnd(facts, flow);
  const { exchange, felt } = concerned;
  const isDone =
    exchange === undefined ? isEstablished(facts, flow) : exchange.response?.state === MessageState.COMPLETE;
  const impact = felt !== undefined ? Impact.FELT : isDone ? Impact.ODD : Impact.BROKE;
  return { ...concerned, flow, close, impact };
}

/** Whether a connection without messages in clear got as far as data of both sides: what the RST broke of it is not known. */
function isEstablished(facts: Facts, flow: FlowRow): boolean {
  const { directions, flows } = facts.tables;
  if ((flows.marks(flow) & FlowMark.TLS_TROUBLE) !== 0) return false;
  return directions.firstDataPacket(flow * 2) !== 0 && directions.firstDataPacket(flow * 2 + 1) !== 0;
}

function tell(facts: Facts, best: Alien, aliens: readonly Alien[], group: Group<string>): Statement {
  const { flow, close, exchange, downstream, participants, felt, impact } = best;
  const { directions } = facts.tables;
  const client = facts.clientOf(flow);
  const own = flow * 2 + close.side;
  const [claimed, reader] =
    close.side === client
      ? [participants.client, participants.server]
      : [participants.server, participants.client];
  const [usual, odd] = [directions.lastTtl(own), directions.rstTtl(own)];
  const first: Evidence = {
    kind: 'packet',
    packet: close.packet,
    label: `packet ${formatCount(close.packet)}, RST with TTL ${odd}`,
  };
  const idle = idleBefore(facts, flow, close);
  const ladder = draw(facts, best, `RST, TTL ${odd} instead of ${usual}`);
  const side = (row: FlowRow): Side => other(facts.clientOf(row));
  return {
    impact,
    title: `A RST in the name of ${claimed.noun} came from another machine: TTL ${odd} instead of ${usual}`,
    scope: endpointsOf(facts, group.flows, side),
    lead: prose(
      `All packets of ${claimed.noun} reached the capture with a time to live of ${usual}; `,
      { strong: `the RST that ended the connection had ${odd}` },
      `: it was made ${odd > usual ? 'nearer to' : 'farther from, or by another system than,'} the capture ${odd > usual ? `than ${claimed.noun} is, or by another system` : claimed.noun}.`,
      exchange === undefined
        ? undefined
        : [
            ' It came ',
            exchange.response === undefined ? 'instead of an answer to ' : 'with ',
            code(exchange.request?.startLine ?? exchange.response?.startLine ?? ''),
            '.',
          ],
      idle >= THRESHOLDS.IDLE
        ? ` Before it, the connection was silent for ${formatDuration(idle)}.`
        : undefined,
      felt === undefined ? undefined : [` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'],
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'connection')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: aliens.map((one) => one.close.packet).sort((a, b) => a - b),
    whyItMatters: prose(
      `${capitalize(claimed.noun)} may be innocent, and often sees a RST in the name of ${reader.noun} at the same moment: a firewall, a load balancer, a node whose table of connections (conntrack) lost the entry, or a filter that does not like the content ended it.`,
    ),
    whatToChange: [
      prose(
        'Capture at both ends: where neither sent the RST, somebody between did. Its TTL tells how far away (64, 128 or 255 less the hops).',
      ),
      prose(
        'On Kubernetes nodes: ',
        { code: 'sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1' },
        ', and look for ',
        { code: 'invalid' },
        ' in ',
        { code: 'conntrack -S' },
        '; kube-proxy drops such packets since 1.15.',
      ),
      prose(
        idle >= THRESHOLDS.IDLE
          ? `An idle timeout of ${formatDuration(idle)} or less stands between: close idle connections sooner, or send TCP keep-alives.`
          : 'Look in the logs of firewalls, intrusion prevention and load balancers between the two for this connection.',
      ),
    ],
    logWords: [
      'Envoy: 503 UC upstream_reset_before_response_started{connection_termination}',
      'nginx: recv() failed (104: Connection reset by peer) while reading response header from upstream',
      'Go: read: connection reset by peer',
      'Java: java.net.SocketException: Connection reset',
      'Node: ECONNRESET',
    ],
    sources: ['RFC 9293 section 3.10.7.4', 'RFC 3360'],
    evidence: evidenceOf(facts, first, { ...(exchange === undefined ? {} : { exchange }), downstream, flow }),
    ...judge(
      facts,
      [flow],
      'octets',
      'The RST and the packets before it were captured; who wrote it, only a capture nearer to it can tell.',
    ),
    ...(ladder === undefined ? {} : { ladder }),
    time: downstream?.request?.start ?? close.time,
  };
}

/** How long no data came before the RST. */
function idleBefore(facts: Facts, flow: FlowRow, close: Close): number {
  const { directions } = facts.tables;
  const last = Math.max(directions.lastDataPacket(flow * 2), directions.lastDataPacket(flow * 2 + 1));
  return last === 0 ? 0 : close.time - facts.time(last);
}

function draw(
  facts: Facts,
  { flow, close, exchange, downstream, participants }: Alien,
  label: string,
): Statement['ladder'] {
  const key = { packet: close.packet, label };
  if (exchange !== undefined) return exampleLadder(facts, { exchange, downstream, participants }, { key });
  const builder = new LadderBuilder(facts);
  const client = facts.clientOf(flow);
  const left = builder.lifeline(participants.client, facts.endpoint(flow, client));
  const right = builder.lifeline(participants.server, facts.endpoint(flow, other(client)));
  const [own, peer] = client === 0 ? [left, right] : [right, left];
  builder.step(own, peer, facts.tables.flows.synPacket(flow), 'SYN', { tone: 'quiet' });
  builder.closes(facts.closes(flow), [own, peer], key);
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}
