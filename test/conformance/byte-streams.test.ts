import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import { loadCoreModule } from '../support/core.ts';
import { hasCorpus, unpackCorpus } from './corpus.ts';
import { openCapture } from './numbers.ts';

const EXAMPLES = 'pcapplusplus/Tests/Pcap++Test/PcapExamples';
const REASSEMBLY = 'pcapplusplus/Tests/ExamplesTest/pcap_examples/tcp-reassembly.pcap';
const OUTPUT = 'pcapplusplus/Tests/ExamplesTest/expected_output';

/** A capture, its flow, whose octets, and the file in which PcapPlusPlus keeps what it made of them. */
type Case = readonly [capture: string, flow: number, side: 0 | 1 | 'both', expected: string];

const CASES: readonly Case[] = [
  [`${EXAMPLES}/one_tcp_stream.pcap`, 0, 'both', `${EXAMPLES}/one_tcp_stream_output.txt`],
  // Sequence numbers that wrap.
  [`${EXAMPLES}/one_tcp_stream_max_seq.pcap`, 0, 'both', `${EXAMPLES}/one_tcp_stream_output.txt`],
  [`${EXAMPLES}/one_http_stream_fin.pcap`, 0, 'both', `${EXAMPLES}/one_http_stream_fin_output.txt`],
  [`${EXAMPLES}/one_http_stream_fin2.pcap`, 0, 'both', `${EXAMPLES}/one_http_stream_fin2_output.txt`],
  [`${EXAMPLES}/one_http_stream_rst.pcap`, 0, 'both', `${EXAMPLES}/one_http_stream_rst_output.txt`],
  [`${EXAMPLES}/one_ipv6_http_stream.pcap`, 0, 'both', `${EXAMPLES}/one_ipv6_http_stream.txt`],
  [`${EXAMPLES}/three_http_streams.pcap`, 0, 'both', `${EXAMPLES}/three_http_streams_conn_3_output.txt`],
  [`${EXAMPLES}/three_http_streams.pcap`, 1, 'both', `${EXAMPLES}/three_http_streams_conn_1_output.txt`],
  [`${EXAMPLES}/three_http_streams.pcap`, 2, 'both', `${EXAMPLES}/three_http_streams_conn_2_output.txt`],
  [REASSEMBLY, 0, 'both', `${OUTPUT}/tcpreassembly_sanity/172.16.133.54.64370-23.21.118.18.80.txt`],
  [REASSEMBLY, 0, 0, `${OUTPUT}/tcpreassembly_sides/172.16.133.54.64370-23.21.118.18.80.txt`],
  [REASSEMBLY, 0, 1, `${OUTPUT}/tcpreassembly_sides/23.21.118.18.80-172.16.133.54.64370.txt`],
];

/** All octets that Follow Stream gives of a flow. */
async function followed(analysis: Analysis, flow: number, side: 0 | 1 | 'both'): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const { pieces, next }: Awaited<ReturnType<Analysis['follow']>> = await analysis.follow(flow, side, from);
    parts.push(...pieces.map(({ octets }) => octets));
    from = next;
  }
  return Buffer.concat(parts);
}

describe.skipIf(!hasCorpus)(
  'followed streams are, octet by octet, those that PcapPlusPlus puts together',
  () => {
    let folder = '';
    let core: WebAssembly.Module;

    beforeAll(async () => {
      folder = unpackCorpus();
      core = await loadCoreModule();
    });

    test.each(CASES)('%s, flow %i, side %s', async (capture, flow, side, expected) => {
      const analysis = await openCapture(join(folder, capture), core);
      if (!analysis) throw new Error(`${capture} does not open`);
      const octets = await followed(analysis, flow, side);
      expect(octets.equals(readFileSync(join(folder, expected)))).toBe(true);
    });
  },
);
