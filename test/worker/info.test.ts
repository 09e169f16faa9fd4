import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openFixture } from './open-file.ts';

const CAPTURES = fileURLToPath(new URL('../fixtures/captures/', import.meta.url));
const COLUMNS = ['No.', 'Source', 'Destination', 'Length', 'Info'].flatMap((name) => [
  '-e',
  `_ws.col.${name}`,
]);

/** Rows of tshark's packet list; undefined where tshark is not installed or is older than 4.0, which writes options otherwise. */
function tsharkRows(capture: string): readonly string[] | undefined {
  const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout;
  if (!/TShark.* [4-9]\.\d/.test(version)) return undefined;
  const options = ['-r', CAPTURES + capture, '-T', 'fields', ...COLUMNS];
  return spawnSync('tshark', options, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
}

/** Differences that are meant: no mark for reassembly, no media type, and the server name also before Wireshark 4.2. */
function comparable(row: string): string {
  return row
    .replace(/ ?\[TCP segment of a reassembled PDU\]/, '')
    .replace(/ ?\[TCP PDU reassembled in \d+\]/, '')
    .replace(/(HTTP\/1\.[01](?: \d{3})?[^\t]*?)(?: , JavaScript Object Notation)? +\([^()]*\)$/, '$1')
    .replace(/ \(SNI=[^)]*\)/, '')
    .trimEnd();
}

const hasTshark = tsharkRows('story-1.pcap') !== undefined;

test
  .skipIf(!hasTshark)
  .each(['story-1.pcap', 'handshake-cut.pcap', 'bad-host.pcap', 'tls-alert-unknown-ca.pcap'])(
  'packets of %s are listed as tshark lists them',
  async (capture) => {
    const { analysis, summary } = await openFixture(capture);
    const query = await analysis.query('packets', { filter: '', sort: undefined });
    if (!query.ok) throw new Error(query.error.message);
    const found = await analysis.window('packets', query.value.id, 0, summary.counts.packets);
    const rows = found.map(({ packet, source, destination, length, info }) =>
      comparable([packet, source, destination, length, info].join('\t')),
    );
    expect(rows).toEqual(tsharkRows(capture)?.map(comparable));
  },
);
