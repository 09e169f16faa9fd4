import { describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { issues, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { data, frame, PREFACE, request, response, settings } from '../support/http2-messages.ts';
import { concat, u32 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';

const INITIAL_WINDOW_SIZE = 4;
const ASK = concat(PREFACE, settings(), request(1, '/big'));
const ANSWER = concat(settings(), response(1, 200));

const update = (stream: number, increment: number): Uint8Array => frame(8, 0, stream, u32(increment));
const initial = (size: number): Uint8Array => settings([[INITIAL_WINDOW_SIZE, size]]);
const octets = (count: number): Uint8Array => new Uint8Array(count).fill(120);
/** SETTINGS for small windows of streams, and a request. */
const askFor = (size: number): Uint8Array => concat(PREFACE, initial(size), request(1, '/big'));

/** `used up in a until b, waited n ms: marks` of a side of the exchange's stream; '' where nothing is claimed. */
function window(core: Core, exchange: number, side: 'request' | 'response'): string {
  const { streamSides, exchanges } = core.tables;
  const row = (exchanges.stream(exchange) - 1) * 2 + (side === 'request' ? 0 : 1);
  const marks = streamOf(core, exchange)[side].marks.filter((mark) => mark.endsWith('USED_UP'));
  const [from, until] = [streamSides.windowPacket(row), streamSides.windowUntil(row)];
  if (marks.length === 0 && from === 0 && until === 0 && streamSides.windowWaited(row) === 0) return '';
  return `${from} to ${until}, ${streamSides.windowWaited(row) / 1e6} ms: ${marks.join(' ')}`;
}

describe('flow control of HTTP/2', () => {
  it('tells when DATA used up the window of its stream, and until when', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${data(1, octets(60))}
      5ms server > client ${data(1, octets(40))}
      25ms client > server ${update(1, 50)}
      26ms server > client ${data(1, octets(50))}
      29ms client > server ${update(1, 5)}
      30ms server > client ${data(1, octets(1), 'end')}
    `);
    expect(window(core, 0, 'response')).toBe('8 to 9, 23 ms: WINDOW_USED_UP');
    expect(window(core, 0, 'request')).toBe('');
    expect(issues(core)).toEqual({});
  });

  it('counts padding, and says nothing while an octet is left', async () => {
    const padded = (count: number, padding: number): Uint8Array => data(1, octets(count), '', padding);
    const used = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${padded(79, 20)}
    `);
    expect(window(used, 0, 'response')).toBe('5 to 0, 0 ms: WINDOW_USED_UP');
    const left = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${padded(78, 20)}
    `);
    expect(window(left, 0, 'response')).toBe('');
  });

  it('tells of the window of the connection on the stream that used it up', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${PREFACE} ${initial(1_000_000)} ${request(1, '/one')} ${request(3, '/two')}
      4ms server > client ${ANSWER} ${response(3, 200)} ${data(1, octets(16_000))} ${data(3, octets(16_000))}
      5ms server > client ${data(1, octets(16_000))} ${data(3, octets(16_000))} ${data(1, octets(1535))}
      6ms client > server ${update(1, 1000)}
      8ms client > server ${update(0, 40_000)}
      9ms server > client ${data(3, octets(1), 'end')} ${data(1, octets(1), 'end')}
    `);
    expect(window(core, 0, 'response')).toMatch(/^\d+ to \d+, 3 ms: CONNECTION_WINDOW_USED_UP$/);
    expect(window(core, 1, 'response')).toBe('');
  });

  it('takes both windows as used up by the default sizes, and waits for both', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${ANSWER} ${data(1, octets(16_384))} ${data(1, octets(16_384))}
      5ms server > client ${data(1, octets(16_384))} ${data(1, octets(16_383))}
      6ms client > server ${update(0, 40_000)}
      9ms client > server ${update(1, 40_000)}
    `);
    expect(window(core, 0, 'response')).toMatch(
      /^\d+ to \d+, 4 ms: WINDOW_USED_UP CONNECTION_WINDOW_USED_UP$/,
    );
  });

  it('follows a change of the initial size for streams that are open', async () => {
    const raised = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${data(1, octets(100))}
      7ms client > server ${initial(150)}
      8ms server > client ${data(1, octets(49))}
    `);
    expect(window(raised, 0, 'response')).toBe('5 to 6, 3 ms: WINDOW_USED_UP');
    const lowered = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${data(1, octets(50))}
      5ms client > server ${initial(20)}
      6ms client > server ${update(1, 40)}
      7ms server > client ${data(1, octets(10))}
      9ms client > server ${update(1, 10)}
    `);
    expect(window(lowered, 0, 'response')).toBe('8 to 9, 2 ms: WINDOW_USED_UP');
  });

  it('tells of a request whose content has to wait', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${PREFACE} ${settings()}
      4ms server > client ${initial(10)}
      5ms client > server ${settings('ack')} ${request(1, '/', [], '')} ${data(1, octets(10))}
      7ms server > client ${update(1, 10)}
      8ms client > server ${data(1, octets(9), 'end')}
      9ms server > client ${response(1, 200, [], 'end')}
    `);
    expect(window(core, 0, 'request')).toBe('6 to 7, 2 ms: WINDOW_USED_UP');
  });

  it('claims nothing where all was sent', async () => {
    for (const end of [data(1, octets(100), 'end'), concat(data(1, octets(100)), data(1, '', 'end'))]) {
      const core = await readFourWays(connection`
        3ms client > server ${askFor(100)}
        4ms server > client ${ANSWER} ${end}
      `);
      expect(window(core, 0, 'response')).toBe('');
    }
  });

  it('claims nothing any more where a side sent more than its window', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${data(1, octets(100))}
      5ms server > client ${data(1, octets(10))}
      6ms client > server ${update(1, 10)}
      7ms server > client ${data(1, octets(10))}
    `);
    expect(window(core, 0, 'response')).toBe('');
    expect(issues(core)).toEqual({});
  });

  it('claims nothing where octets are missing', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${askFor(100)}
      4ms server > client ${ANSWER} ${data(1, octets(60))}
      5ms client > server ${update(1, 10)} lost
      6ms client > server ${update(1, 10)}
      7ms server > client ACK
      8ms server > client ${data(1, octets(50))}
    `);
    expect(window(core, 0, 'response')).toBe('');
    expect(issues(core)).toHaveProperty('HTTP2_LOST');
  });

  it('claims nothing where the preface was not seen', async () => {
    const core = await readFourWays(connection`
      3ms server > client ${settings([[INITIAL_WINDOW_SIZE, 10]])}
      4ms client > server ${initial(10)} ${request(1, '/', [], '')} ${data(1, octets(10))}
      5ms server > client ${response(1, 200)} ${data(1, octets(10))}
      6ms client > server ${update(1, 0x7fffffff)}
    `);
    expect(window(core, 0, 'request')).toBe('');
    expect(window(core, 0, 'response')).toBe('');
    expect(issues(core)).not.toHaveProperty('HTTP2_FRAME_MALFORMED');
  });

  it('reports an increment of 0, a window above 2^31-1 and an initial size above it', async () => {
    const broken = [
      update(1, 0),
      update(0, 0),
      update(0, 0x7fffffff),
      update(1, 0x7fffffff),
      initial(0x80000000),
    ];
    for (const each of broken) {
      const core = await readFourWays(connection`
        3ms client > server ${ASK} ${each}
        4ms server > client ${settings()}
      `);
      expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 1 });
    }
    const most = await readFourWays(connection`
      3ms client > server ${ASK} ${update(0, 0x7fffffff - 65_535)} ${update(1, 0x7fffffff - 65_535)}
      4ms server > client ${settings()}
    `);
    expect(issues(most)).toEqual({});
  });
});
