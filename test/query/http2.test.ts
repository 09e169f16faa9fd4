import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { View } from '../../workers/api.ts';
import { readOctets } from '../support/read-capture.ts';
import { packetNumbers, rowsOf } from './sample.ts';

async function core(name: string) {
  const octets = readFileSync(new URL(`../fixtures/captures/${name}`, import.meta.url));
  return (await readOctets(octets)).core;
}

describe('packets that tshark 4.0.17 selects too', () => {
  it.each<[capture: string, filter: string, packets: readonly number[]]>([
    ['h2-refused.pcap', 'http2.rst_stream.error == 7', [19, 46]],
    ['h2-refused.pcap', 'http2.rst_stream.error == "REFUSED_STREAM"', [19, 46]],
    ['h2-refused.pcap', 'http2.type == 3', [19, 46]],
    ['h2-goaway-calm.pcap', 'http2.goaway.error == 11', [20]],
    ['h2-goaway-calm.pcap', 'http2.goaway.last_stream_id == 3', [20]],
    ['h2-push.pcap', 'http2.headers.path == "/style.css"', [8, 18]],
    ['h2-healthy.pcap', 'http2.headers.method == "POST"', [98]],
    ['h2-healthy.pcap', 'http2.headers.status == 404', [57]],
    ['h2-healthy.pcap', 'http.request.method == "GET"', []],
    ['grpc-deadline.pcap', 'http2.type == 6 || http2.type == 7', [21, 22, 23, 25]],
  ])('%s: %s', async (capture, filter, packets) => {
    expect(packetNumbers(await core(capture), filter)).toEqual(packets);
  });
});

describe('rows of views', () => {
  it.each<[capture: string, view: View, filter: string, rows: readonly number[]]>([
    // Fields of http are HTTP/1 alone; ours are of any version.
    ['h2-upgrade.pcap', 'exchanges', 'http.request.method == "GET"', [0, 1, 3, 4, 5, 7]],
    ['h2-upgrade.pcap', 'exchanges', 'offwire.method == "GET"', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['h2-healthy.pcap', 'exchanges', 'offwire.status == 404', [3]],
    [
      'h2-healthy.pcap',
      'exchanges',
      'http.header.content-type contains "plain" and http2.streamid == 1',
      [3, 4],
    ],
    // A frame of a stream finds its exchange, one of the connection all of them.
    ['h2-refused.pcap', 'exchanges', 'http2.type == "RST_STREAM"', [2, 5]],
    ['h2-goaway-calm.pcap', 'exchanges', 'http2.goaway.addata contains "pings"', [0, 1, 2]],
    ['h2-goaway-calm.pcap', 'flows', 'http2.goaway.error == "ENHANCE_YOUR_CALM"', [0]],
    ['grpc-status.pcap', 'exchanges', 'grpc.status_code == "INTERNAL"', [3]],
    ['grpc-status.pcap', 'exchanges', 'grpc.message contains "4711 not found"', [1]],
    ['grpc-status.pcap', 'exchanges', 'grpc and not grpc.status_code == 0', [1, 3, 4]],
    ['h2-connection-field.pcap', 'exchanges', 'offwire.violation == "h2-malformed" and http2', [5, 11]],
    ['h2-internal.pcap', 'exchanges', 'offwire.exchange.state == "cut-by-rst-stream"', [5, 11]],
  ])('%s, %s: %s', async (capture, view, filter, rows) => {
    expect(rowsOf(await core(capture), view, filter)).toEqual(rows);
  });
});
