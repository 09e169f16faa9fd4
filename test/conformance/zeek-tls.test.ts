import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis, HelloItem } from '../../workers/api.ts';
import { loadCoreModule } from '../support/core.ts';
import { root } from '../support/stale.ts';
import { hasCorpus, readTable, storedAt, unpackCorpus } from './corpus.ts';
import { openCapture } from './numbers.ts';

/** A column of Zeek's ssl.log, and what stands for it in a hello of ours, in Zeek's words. */
const FIELDS: Readonly<Record<string, (hello: HelloItem) => string>> = {
  version: ({ version }) => versionOf(version.replace(/\??(?: over QUIC)?$/, '')),
  cipher: ({ cipherSuite }) => cipherSuite ?? '-',
  server_name: ({ serverName }) => serverName ?? '-',
  established: ({ outcome }) => (outcome === 'complete' ? 'T' : 'F'),
};

interface Difference {
  readonly capture: string;
  readonly flow: string;
  readonly field: string;
  readonly zeek: string;
  readonly ours: string;
}

/** TLS 1.2 is TLSv12; drafts and experiments are TLSv13-draft23 and unknown-32257. */
function versionOf(version: string): string {
  const draft = /^TLS 1\.3 draft (\d+)$/.exec(version);
  if (draft) return `TLSv13-draft${draft[1]}`;
  if (version.startsWith('0x')) return `unknown-${Number(version)}`;
  return version.replace(/ (\d)\.(\d)/, 'v$1$2');
}

/** An endpoint as items have it. */
function endpoint(address: string, port: string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

async function hellosOf(analysis: Analysis): Promise<readonly HelloItem[]> {
  const query = await analysis.query('hellos', { filter: '', sort: undefined });
  return query.ok ? analysis.window('hellos', query.value.id, 0, query.value.rows) : [];
}

function allowed(): readonly ReadonlyMap<string, string>[] {
  return readTable(join(root, 'test/conformance/zeek-tls-allowlist.tsv'));
}

function isAllowed(row: ReadonlyMap<string, string>, difference: Difference): boolean {
  const { capture, flow, field, zeek, ours } = difference;
  return (
    row.get('capture') === capture &&
    row.get('flow') === flow &&
    row.get('field') === field &&
    row.get('zeek') === zeek &&
    row.get('ours') === ours
  );
}

const shown = ({ capture, flow, field, zeek, ours }: Difference): string =>
  [capture, flow, field, zeek, ours].join('\t');

describe.skipIf(!hasCorpus)("handshakes are what Zeek's ssl.log says of them", () => {
  const differences: Difference[] = [];
  const compared = new Map<string, number>();

  beforeAll(async () => {
    const folder = unpackCorpus();
    const core = await loadCoreModule();
    const known = new Map<string, readonly HelloItem[]>();
    for (const row of readTable(join(folder, 'EXPECT/zeek_ssl.tsv'))) {
      const capture = row.get('capture') ?? '';
      let hellos = known.get(capture);
      if (!hellos) {
        const analysis = await openCapture(storedAt(folder, capture), core);
        hellos = analysis ? await hellosOf(analysis) : [];
        known.set(capture, hellos);
      }
      const client = endpoint(row.get('id.orig_h') ?? '', row.get('id.orig_p') ?? '');
      const server = endpoint(row.get('id.resp_h') ?? '', row.get('id.resp_p') ?? '');
      const hello = hellos.find((item) => item.client === client && item.server === server);
      for (const [field, of] of Object.entries(FIELDS)) {
        const zeek = row.get(field) ?? '';
        const ours = hello ? of(hello) : 'none';
        compared.set(field, (compared.get(field) ?? 0) + 1);
        if (zeek !== ours) differences.push({ capture, flow: `${client} ${server}`, field, zeek, ours });
      }
    }
  });

  test('every difference is a row of the allowlist, and every row a difference', () => {
    const rows = allowed();
    expect(
      differences.filter((difference) => !rows.some((row) => isAllowed(row, difference))).map(shown),
    ).toEqual([]);
    expect(rows.filter((row) => !differences.some((difference) => isAllowed(row, difference)))).toEqual([]);
    expect(rows.filter((row) => (row.get('reason') ?? '').length < 20)).toEqual([]);
  });

  test('they agree', () => {
    for (const [field, of] of compared) {
      const found = differences.filter((difference) => difference.field === field);
      const explained = found.filter((difference) => allowed().some((row) => isAllowed(row, difference)));
      const share = (equal: number): string => `${((equal / of) * 100).toFixed(2)} %`;
      const equal = of - found.length;
      console.log(
        `zeek ssl ${field.padEnd(12)} ${equal} of ${of}: ${share(equal)}, ${share(equal + explained.length)} with those explained`,
      );
      expect(of).toBeGreaterThan(40);
      expect((equal + explained.length) / of).toBeGreaterThanOrEqual(0.99);
      // Zeek cannot tell of QUIC whether it was established.
      if (field !== 'established') expect(equal / of).toBeGreaterThanOrEqual(0.97);
    }
  });
});
