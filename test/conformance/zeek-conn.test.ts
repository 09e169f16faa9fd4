import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { connectionState, flowHistory } from '../../workers/flow-history.ts';
import { addressOf, portOf, Transport } from '../../workers/roles.ts';
import { loadCoreModule } from '../support/core.ts';
import { hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { openCore } from './open-core.ts';

/** What is compared with a line of Zeek's conn.log. */
const COLUMNS = ['conn_state', 'history', 'orig_bytes', 'resp_bytes', 'orig_pkts', 'resp_pkts'] as const;
type Column = (typeof COLUMNS)[number];

/** Differences that were looked at: capture (it ends so), column, Zeek's value, ours, and why. */
const EXPLAINED: readonly (readonly [
  capture: string,
  column: Column,
  zeek: string,
  ours: string,
  why: string,
])[] = [
  [
    'gtp1_gn_normal_incl_fragmentation.pcap',
    'history',
    'ShADadfgF',
    'ShADadfFg',
    'we wait for late octets before we tell a gap',
  ],
  [
    'globus-url-copy.pcap',
    'conn_state',
    'S1',
    'SF',
    'Zeek was told to stop before the end of the connection',
  ],
  ['globus-url-copy.pcap', 'history', 'ShADad', 'ShADadfF', 'see conn_state'],
  ['globus-url-copy.pcap', 'orig_bytes', '2109', '2135', 'see conn_state'],
  ['globus-url-copy.pcap', 'resp_bytes', '3196', '3213', 'see conn_state'],
  ['globus-url-copy.pcap', 'orig_pkts', '7', '9', 'see conn_state'],
  ['globus-url-copy.pcap', 'resp_pkts', '6', '9', 'see conn_state'],
  [
    'connect-with-smtp.pcap',
    'history',
    'ShADadtTfF',
    'ShADadtfF',
    'what Zeek takes for sent again was acknowledged in advance and came once',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'conn_state',
    'RSTO',
    'RSTR',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'history',
    'ShR',
    'ShRDr',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'orig_bytes',
    '0',
    '109',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'orig_pkts',
    '2',
    '3',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'resp_pkts',
    '1',
    '2',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'conn_state',
    'RSTRH',
    'RSTR',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'history',
    'Dr',
    'ShRDr',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'orig_pkts',
    '1',
    '3',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'modbus-and-non-modbus-p502.pcap',
    'resp_pkts',
    '1',
    '2',
    'data came after the RST: Zeek begins another connection, we keep one flow',
  ],
  [
    'wikipedia.pcap',
    'history',
    'D',
    'DdA',
    'Zeek was told to stop early: another of its logs of the capture says the same as we',
  ],
  [
    'wikipedia.pcap',
    'orig_pkts',
    '1',
    '2',
    'Zeek was told to stop early: another of its logs of the capture says the same as we',
  ],
  [
    'wikipedia.pcap',
    'resp_pkts',
    '0',
    '1',
    'Zeek was told to stop early: another of its logs of the capture says the same as we',
  ],
];

interface Difference {
  readonly capture: string;
  readonly column: Column;
  readonly zeek: string;
  readonly ours: string;
}

const isExplained = ({ capture, column, zeek, ours }: Difference): boolean =>
  EXPLAINED.some(
    ([end, name, theirs, own]) => capture.endsWith(end) && name === column && theirs === zeek && own === ours,
  );

/** TCP flows by `originator responder`, both as address and port. */
function flowsByEnds(core: Core): ReadonlyMap<string, readonly number[]> {
  const { flows } = core.tables;
  const found = new Map<string, number[]>();
  for (let flow = 0; flow < flows.rows; flow++) {
    if (flows.transport(flow) !== Transport.TCP) continue;
    const end = (side: 0 | 1): string => `${addressOf(core, flow, side)} ${portOf(core, flow, side)}`;
    const key = `${end(0)} ${end(1)}`;
    found.set(key, [...(found.get(key) ?? []), flow]);
  }
  return found;
}

function valueOf(core: Core, flow: number, column: Column): string {
  const { directions } = core.tables;
  const row = flow * 2 + (column.startsWith('resp') ? 1 : 0);
  switch (column) {
    case 'conn_state':
      return connectionState(core, flow);
    case 'history':
      return flowHistory(core, flow);
    case 'orig_bytes':
    case 'resp_bytes':
      // Zeek counts by sequence numbers: what is missing in the capture counts.
      return String(directions.octets(row) + directions.lostOctets(row));
    default:
      return String(directions.packets(row));
  }
}

describe.skipIf(!hasCorpus)('TCP connections are told as Zeek tells them', () => {
  const counts = new Map(COLUMNS.map((column) => [column, { equal: 0, of: 0 }]));
  const found: Difference[] = [];
  const notCompared = { absent: 0, several: 0 };

  beforeAll(async () => {
    const folder = unpackCorpus();
    const module = await loadCoreModule();
    const rows = readTable(join(folder, 'EXPECT/zeek_conn.tsv')).filter((row) => row.get('proto') === 'tcp');
    const lines = new Map(
      rows.map((row) => [
        [...row].filter(([name]) => !/^(uid|baseline_dir|duration|service)$/.test(name)).join(),
        row,
      ]),
    );
    const cores = new Map<string, Core | undefined>();
    for (const row of lines.values()) {
      const capture = row.get('capture') ?? '';
      const path = join(folder, capture);
      if (!cores.has(capture))
        cores.set(capture, existsSync(path) ? await openCore(path, module) : undefined);
      const core = cores.get(capture);
      const ends = ['id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p']
        .map((name) => row.get(name) ?? '')
        .join(' ');
      const [flow, ...others] = core ? (flowsByEnds(core).get(ends) ?? []) : [];
      if (!core || flow === undefined) notCompared.absent++;
      else if (others.length > 0) notCompared.several++;
      else {
        for (const column of COLUMNS) {
          const zeek = row.get(column) ?? '-';
          // Zeek does not tell the size of a connection without a SYN.
          if (zeek === '-') continue;
          const count = counts.get(column);
          const ours = valueOf(core, flow, column);
          if (count) count.of++;
          if (count && zeek === ours) count.equal++;
          if (zeek !== ours) found.push({ capture, column, zeek, ours });
        }
      }
    }
  });

  test('every difference is explained', () => {
    const shown = ({ capture, column, zeek, ours }: Difference): string =>
      `${capture} ${column} ${zeek} ${ours}`;
    expect(found.filter((one) => !isExplained(one)).map(shown)).toEqual([]);
  });

  test('they agree on nearly all', () => {
    const table = [...counts].map(([column, { equal, of }]) => `${column.padEnd(12)} ${equal} of ${of}`);
    console.log(`${table.join('\n')}\nnot compared: ${JSON.stringify(notCompared)}\n`);
    const state = counts.get('conn_state');
    expect(state?.of).toBeGreaterThan(50);
    expect(state?.equal).toBeGreaterThanOrEqual((state?.of ?? 0) - 3);
  });
});
