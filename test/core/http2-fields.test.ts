import { describe, expect, it } from 'vitest';
import { describePacket } from '../support/describe-packet.ts';
import { data, goAway, PREFACE, request, response, rstStream, settings } from '../support/http2-messages.ts';
import { textOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';

describe('the fields of a packet of HTTP/2', () => {
  it('are those of its frames, where it begins with one', async () => {
    const capture = connection`
      3ms client > server ${PREFACE} ${settings([[4, 65_535]])} ${request(1, '/')}
      4ms server > client ${settings('ack')} ${response(1, 200)} ${data(1, 'hello', '', 2)}
      5ms server > client ${goAway(1, 2, 'bye')} ${rstStream(1, 8)}
      6ms server > client ${textOctets('the middle of something')}
    `;
    const file = writePcap(capture).octets;
    const { core } = await readOctets(file);
    const fields = (packet: number): string[] =>
      describePacket(core, file, packet)
        .map((line) => line.trim())
        .filter((line) => line.startsWith('http2'));
    expect(fields(4).filter((line) => /magic|type|settings/.test(line))).toMatchInlineSnapshot(`
      [
        "http2.magic @54+24 505249202a20485454502f322e300d0a",
        "http2.type @81+1 4",
        "http2.flags.ack.settings @82+1 0",
        "http2.settings @87+6",
        "http2.settings.id @87+2 4",
        "http2.settings.initial_window_size @89+4 65535",
        "http2.type @96+1 1",
      ]
    `);
    expect(fields(5)).toMatchInlineSnapshot(`
      [
        "http2 @54+48",
        "http2.stream @54+9",
        "http2.length @54+3 0",
        "http2.type @57+1 4",
        "http2.flags @58+1 1",
        "http2.flags.ack.settings @58+1 1",
        "http2.streamid @59+4 0",
        "http2.stream @63+22",
        "http2.length @63+3 13",
        "http2.type @66+1 1",
        "http2.flags @67+1 4",
        "http2.flags.end_stream @67+1 0",
        "http2.flags.eh @67+1 1",
        "http2.flags.padded @67+1 0",
        "http2.flags.priority @67+1 0",
        "http2.streamid @68+4 1",
        "http2.headers @72+13 00073a73746174757303323030",
        "http2.stream @85+17",
        "http2.length @85+3 8",
        "http2.type @88+1 0",
        "http2.flags @89+1 8",
        "http2.flags.end_stream @89+1 0",
        "http2.flags.padded @89+1 1",
        "http2.streamid @90+4 1",
        "http2.padding @94+1 2",
        "http2.data.data @95+5 68656c6c6f",
      ]
    `);
    expect(fields(6).filter((line) => /error|last|addata/.test(line))).toMatchInlineSnapshot(`
      [
        "http2.goaway.last_stream_id @63+4 1",
        "http2.goaway.error @67+4 2",
        "http2.goaway.addata @71+3 627965",
        "http2.rst_stream.error @83+4 8",
      ]
    `);
    expect(fields(7)).toEqual([]);
  });
});
