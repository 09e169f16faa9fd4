import { describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { http2FlowFacts } from '../../workers/details/http2-flow-facts.ts';
import { exchangeFacts, streamEvidence } from '../../workers/details/stream-facts.ts';
import type { Capture } from '../support/capture.ts';
import { data, frame, PREFACE, request, response, settings } from '../support/http2-messages.ts';
import { u32 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcapng } from '../support/write-pcapng.ts';

const update = (stream: number, increment: number): Uint8Array => frame(8, 0, stream, u32(increment));

async function read(capture: Capture): Promise<Core> {
  return (await readOctets(writePcapng(capture).octets)).core;
}

const told = (facts: readonly { readonly label: string; readonly value: string }[]): readonly string[] =>
  facts
    .filter(({ label }) => label.startsWith('Flow control'))
    .map(({ label, value }) => `${label}: ${value}`);

describe('words for used-up windows', () => {
  it('tell who waited, how long, and until which packet', async () => {
    const core = await read(connection`
      3ms client > server ${PREFACE} ${settings([[4, 5]])} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, '12345')}
      24ms client > server ${update(1, 5)}
      25ms server > client ${data(1, '6', 'end')}
    `);
    expect(told(exchangeFacts(core, 0))).toEqual([
      'Flow control: the server used up the window for this stream; 20.0 ms in all until it was opened again; last in packet 5, and waited until packet 6',
    ]);
    expect(streamEvidence(core, 0)).toEqual([
      { kind: 'packet', packet: 5, label: 'the server used up a window, packet 5' },
    ]);
    expect(told(http2FlowFacts(core, 0))).toEqual([
      'Flow control of the server: used up the window of 1 stream',
    ]);
  });

  it('tell that a window stayed used up', async () => {
    const core = await read(connection`
      3ms client > server ${PREFACE} ${settings([[4, 5]])} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, '12345')}
    `);
    expect(told(exchangeFacts(core, 0))).toEqual([
      'Flow control: the server used up the window for this stream; last in packet 5, and was not seen to be opened again',
    ]);
  });

  it('tell of the window of the connection', async () => {
    const part = new Uint8Array(13_107);
    const core = await read(connection`
      3ms client > server ${PREFACE} ${settings([[4, 100_000]])} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, part)} ${data(1, part)} ${data(1, part)}
      5ms server > client ${data(1, part)} ${data(1, part)}
    `);
    expect(told(exchangeFacts(core, 0))[0]).toContain(
      'the server used up the window of the connection; last in',
    );
    expect(told(http2FlowFacts(core, 0))).toEqual([
      'Flow control of the server: used up the window of the connection on 1 stream',
    ]);
  });

  it('are not there where no window was used up', async () => {
    const core = await read(connection`
      3ms client > server ${PREFACE} ${settings()} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, '12345', 'end')}
    `);
    expect(told(exchangeFacts(core, 0))).toEqual([]);
    expect(told(http2FlowFacts(core, 0))).toEqual([]);
  });
});
