import { beforeAll, describe, expect, it } from 'vitest';
import { MessageState } from '../../src/model/exchange.ts';
import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import type { Core } from '../../workers/core.ts';
import { loadCore } from '../support/core.ts';
import { packetNumbers, sampleCore, selected } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

type Views = Readonly<Record<'flows' | 'exchanges' | 'hellos', readonly number[]>>;

describe('a test selects, in the other views, what it belongs to', () => {
  it.each<[filter: string, views: Views]>([
    // Of a packet: its flow, its hello, and the exchange that it is a packet of.
    ['tcp.flags.reset == 1', { flows: [0], exchanges: [1], hellos: [] }],
    ['tcp.flags.syn == 1', { flows: [0, 1], exchanges: [0], hellos: [0] }],
    ['frame.number == 5', { flows: [0], exchanges: [0], hellos: [] }],
    ['frame.number == 19', { flows: [0], exchanges: [1], hellos: [] }],
    ['tls.alert_message', { flows: [1], exchanges: [], hellos: [0] }],
    ['arp', { flows: [], exchanges: [], hellos: [] }],
    ['dns', { flows: [2], exchanges: [], hellos: [] }],
    // Of a flow: all that is in it.
    ['tcp.stream == 0', { flows: [0], exchanges: [0, 1], hellos: [] }],
    ['ipv6', { flows: [1], exchanges: [], hellos: [0] }],
    ['http', { flows: [0, 3], exchanges: [0, 1, 2], hellos: [] }],
    // Of one direction: the source is the originator of a flow, the client of an exchange or hello.
    ['ip.src == 10.0.0.2', { flows: [3], exchanges: [], hellos: [] }],
    ['ip.dst == 10.0.0.2', { flows: [0], exchanges: [0, 1, 2], hellos: [] }],
    ['ip.src == 192.168.1.5', { flows: [], exchanges: [2], hellos: [] }],
    ['ipv6.dst == 2001:db8::2', { flows: [1], exchanges: [], hellos: [0] }],
    ['tcp.dstport == 443', { flows: [1], exchanges: [], hellos: [0] }],
    // Of a message: its exchange, and the flow of that.
    ['http.response.code == 502', { flows: [0], exchanges: [0], hellos: [] }],
    ['http.response.code == 404', { flows: [], exchanges: [3], hellos: [] }],
    ['http.cookie', { flows: [], exchanges: [3], hellos: [] }],
    // Of a hello.
    ['tls.handshake.type == 2', { flows: [1], exchanges: [], hellos: [0] }],
    ['tls.handshake.extensions_server_name', { flows: [1], exchanges: [], hellos: [0] }],
    // Logic is of the view's rows: exchange 1 answers 200, exchange 0 is to /wrong, and both are in flow 0.
    ['http.response.code == 200 and http.request.uri == "/wrong"', { flows: [0], exchanges: [], hellos: [] }],
    ['not http.response.code == 200', { flows: [1, 2], exchanges: [0, 3], hellos: [0] }],
    ['offwire.exchange == 1', { flows: [0], exchanges: [1], hellos: [] }],
    ['offwire.hello == 0', { flows: [1], exchanges: [], hellos: [0] }],
  ])('%s', (filter, views) => {
    const found = {
      flows: selected(core, 'flows', filter),
      exchanges: selected(core, 'exchanges', filter),
      hellos: selected(core, 'hellos', filter),
    };
    expect(found).toEqual(views);
  });
});

describe('the packets of an exchange', () => {
  it('begin with the handshake for the first and end with the flow for the last', () => {
    expect(packetNumbers(core, 'offwire.exchange == 0')).toEqual([1, 2, 3, 4, 5]);
    expect(packetNumbers(core, 'offwire.exchange == 1')).toEqual([6, 8, 9, 10, 19]);
    expect(packetNumbers(core, 'offwire.exchange == 2')).toEqual([17, 18]);
    expect(packetNumbers(core, 'offwire.exchange == 3')).toEqual([]);
  });

  it('overlap where requests are pipelined', async () => {
    const pipelined = await loadCore();
    pipelined.append('flows', {
      firstExchange: 1,
      transport: 6,
      ipVersion: 4,
      firstPacket: 1,
      lastPacket: 5,
    });
    pipelined.append('directions', {});
    pipelined.append('directions', {});
    // Two requests in packets 1 and 2, their responses in packets 3 and 5; packet 4 is a reset in between.
    for (let row = 0; row < 5; row++) {
      pipelined.append('packets', {
        flow: 0,
        tcpFlags: row === 3 ? TcpFlag.RST : TcpFlag.ACK,
        marks: row < 2 ? 0 : PacketMark.FROM_RESPONDER,
      });
    }
    const packets = [
      [1, 3],
      [2, 5],
    ] as const;
    packets.forEach(([request, response], row) => {
      pipelined.append('exchanges', { flow: 0, status: 200 + row, nextInFlow: row === 0 ? 2 : 0 });
      for (const packet of [request, response]) {
        const at = { firstPacket: packet, headPacket: packet, lastPacket: packet };
        pipelined.append('messages', { ...at, state: MessageState.COMPLETE });
      }
    });
    expect(packetNumbers(pipelined, 'offwire.exchange == 0')).toEqual([1, 2, 3]);
    expect(packetNumbers(pipelined, 'offwire.exchange == 1')).toEqual([2, 3, 4, 5]);
    expect(selected(pipelined, 'exchanges', 'frame.number == 3')).toEqual([0, 1]);
    expect(selected(pipelined, 'exchanges', 'frame.number == 1')).toEqual([0]);
    expect(selected(pipelined, 'exchanges', 'tcp.flags.reset == 1')).toEqual([1]);
  });
});
