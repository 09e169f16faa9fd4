import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import { loadCoreModule } from '../support/core.ts';
import { hasCorpus, readTable, storedAt, unpackCorpus } from './corpus.ts';
import { openCapture } from './numbers.ts';

/**
 * A row of Zeek's tunnel.log: the ends and the kind. Each is found in its own way: GRE and GTP in the layers of a packet between the
 * two ends with another IP packet behind them, HTTP by CONNECT and its answer, SOCKS (which is not read here) by what it carries.
 */
type Finder = (analysis: Analysis, from: string, to: string) => Promise<boolean>;

const FINDERS: Readonly<Record<string, Finder>> = {
  'Tunnel::GRE': (analysis, from, to) => hasLayer(analysis, 'gre', from, to),
  'Tunnel::GTPv1': (analysis, from, to) => hasLayer(analysis, 'gtp', from, to),
  'Tunnel::HTTP': (analysis) =>
    hasRows(analysis, 'exchanges', 'http.request.method == "CONNECT" && http.response.code == 200'),
  'Tunnel::SOCKS': (analysis) => hasRows(analysis, 'hellos', ''),
};

async function hasRows(analysis: Analysis, view: 'exchanges' | 'hellos', filter: string): Promise<boolean> {
  const query = await analysis.query(view, { filter, sort: undefined });
  return query.ok && query.value.rows > 0;
}

/** Whether a packet has the layer behind these outer addresses, and IP behind the layer. */
async function hasLayer(analysis: Analysis, layer: string, from: string, to: string): Promise<boolean> {
  const query = await analysis.query('packets', { filter: '', sort: undefined });
  if (!query.ok) return false;
  const items = await analysis.window('packets', query.value.id, 0, query.value.rows);
  for (const { packet } of items) {
    const nodes = (await analysis.packet(packet))?.nodes ?? [];
    const names = nodes.filter(({ depth }) => depth === 0).map(({ name }) => name);
    const at = names.indexOf(layer);
    const isInside = names.slice(at).some((name) => name === 'ip' || name === 'ipv6');
    const ends = nodes.filter(({ name }) => /^ip(v6)?\.(src|dst)$/.test(name)).slice(0, 2);
    const areEnds = ends.every(({ value }) => value === from || value === to);
    if (at > 0 && isInside && areEnds) return true;
  }
  return false;
}

describe.skipIf(!hasCorpus)("tunnels are where Zeek's tunnel.log says", () => {
  let folder = '';
  let core: WebAssembly.Module;
  let rows: readonly ReadonlyMap<string, string>[] = [];

  beforeAll(async () => {
    folder = unpackCorpus();
    core = await loadCoreModule();
    rows = readTable(join(folder, 'EXPECT/zeek_tunnel.tsv'));
  });

  test('all of them', async () => {
    const missing: string[] = [];
    let found = 0;
    for (const row of rows) {
      if (row.get('action') !== 'Tunnel::DISCOVER') continue;
      const capture = row.get('capture') ?? '';
      const kind = row.get('tunnel_type') ?? '';
      const analysis = await openCapture(storedAt(folder, capture), core);
      const isFound =
        analysis && (await FINDERS[kind]?.(analysis, row.get('id.orig_h') ?? '', row.get('id.resp_h') ?? ''));
      if (isFound) found++;
      else missing.push(`${capture} ${kind}`);
    }
    console.log(`zeek tunnel ${found} of ${found + missing.length}`);
    expect(missing).toEqual([]);
    expect(found).toBe(8);
  });
});
