import { describe, expect, it } from 'vitest';
import type { View } from '../../workers/api.ts';
import { connection } from '../support/packet-script.ts';
import { agree, ASK, closing, frame, masked } from '../support/websocket-frames.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openFixture, openOctets } from './open-file.ts';

async function drawnPackets() {
  const { analysis, result } = await openOctets(
    writePcap(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms client > server ${masked('text', 'Hi', { bits: 0 })} ${masked('close', closing(1001))}
      6ms server > client ${frame('text', 'Hello')} ${frame('binary', new Uint8Array(300)).subarray(0, 100)}
      7ms server > client ${new Uint8Array(204)}
    `).octets,
  );
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

describe('packets of a WebSocket', () => {
  it('say in the info column which frames begin in them', async () => {
    const analysis = await drawnPackets();
    const infos = await Promise.all(
      [6, 7, 8].map(async (packet) => (await analysis.packet(packet))?.item.info),
    );
    expect(infos[0]).toBe('WebSocket Text[FRAGMENT] [MASKED], WebSocket Connection Close [FIN] [MASKED]');
    expect(infos[1]).toBe('WebSocket Text [FIN], WebSocket Binary [FIN]');
    // It goes on with a frame.
    expect(infos[2]).toMatch(/^8080 → 35500 \[PSH, ACK\]/);
  });

  it('show the fields of their frames', async () => {
    const analysis = await drawnPackets();
    const nodes = (await analysis.packet(6))?.nodes.filter(({ name }) => name.startsWith('websocket')) ?? [];
    expect(nodes.map(({ name, value }) => (value === '' ? name : `${name} ${value}`))).toEqual([
      'websocket',
      'websocket.fin 0',
      'websocket.rsv 0x00',
      'websocket.opcode Text (1)',
      'websocket.mask 1',
      'websocket.payload_length 2',
      'websocket.masking_key 37 fa 21 3d',
      'websocket.masked_payload 7f 93',
      'websocket',
      'websocket.fin 1',
      'websocket.rsv 0x00',
      'websocket.opcode Connection Close (8)',
      'websocket.mask 1',
      'websocket.payload_length 2',
      'websocket.masking_key 37 fa 21 3d',
      'websocket.masked_payload 34 13',
      'websocket.payload.close.status_code 1001 going away',
    ]);
  });

  it.each<[string, View, number]>([
    ['websocket', 'exchanges', 3],
    ['websocket', 'flows', 3],
    ['websocket', 'packets', 17],
    ['websocket.payload.close.status_code == 1009', 'exchanges', 1],
    ['websocket.payload.close.status_code == "internal error"', 'exchanges', 1],
    ['http.response.code == 101 && !websocket.payload.close.status_code', 'exchanges', 1],
    ['offwire.websocket.messages >= 2', 'exchanges', 3],
    ['offwire.websocket.messages > 2', 'exchanges', 0],
  ])('are selected by %s in %s', async (filter, view, rows) => {
    const { analysis } = await openFixture('ws-closed.pcap');
    const found = await analysis.query(view, { filter, sort: undefined });
    expect(found.ok && found.value.rows).toBe(rows);
  });

  it('cannot be filtered by what is not kept, and that is said', async () => {
    const { analysis } = await openFixture('ws-closed.pcap');
    const found = await analysis.query('packets', {
      filter: 'websocket.payload.text contains "a"',
      sort: undefined,
    });
    expect(found.ok ? '' : found.error.message).toBe(
      "websocket.payload.text is shown in a packet's layers, but it is not kept to filter by",
    );
  });
});
