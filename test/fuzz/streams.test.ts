import { describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import type { Capture } from '../support/capture.ts';
import { describeExchanges, describeHellos } from '../support/describe-capture.ts';
import { connection } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { readCapture } from '../support/read-capture.ts';
import { randomStream } from './random-streams.ts';

function draw(client: Uint8Array, server: Uint8Array, ending: number, mss: number): Capture {
  const talk = connection`
    3ms client > server ${client} mss ${mss}
    100ms server > client ${server} mss ${mss}
    200ms client > server ACK
  `;
  const end = connection`
    3ms client > server ${client} lost
    100ms server > client ${server} lost
    300ms server > client FIN
    301ms client > server FIN
    302ms client > server RST
  `;
  return { ...talk, packets: [...talk.packets, ...end.packets.slice(3, 3 + ending)] };
}

/** What was understood, without where it stood: packet numbers, times, and whether a hello came in pieces. */
function understood(core: Core): string {
  const { directions } = core.tables;
  const protocols = [0, 1].map((row) => directions.protocol(row)).join(' ');
  return [protocols, ...describeExchanges(core), ...describeHellos(core)]
    .join('\n')
    .replace(/ \d+-\d+-\d+ \S+ms-\S+ms /g, ' ')
    .replace(/ packets \d+-\d+/g, '')
    .replace(/ (answer )?in \d+/g, ' $1')
    .replace(/ SPLIT_SEGMENTS/g, '');
}

/** Rows that no stream may give: more octets than were sent, rows without their messages. */
function expectSound(core: Core, sent: readonly [number, number]): void {
  const { exchanges, messages, directions } = core.tables;
  expect(messages.rows).toBe(exchanges.rows * 2);
  for (const side of [0, 1] as const) {
    let octets = 0;
    for (let row = side; row < messages.rows; row += 2)
      octets += messages.headOctets(row) + messages.bodyOctets(row);
    expect(octets).toBeLessThanOrEqual(sent[0] + sent[1]);
    expect(directions.octets(side)).toBe(sent[side]);
    expect(directions.lostOctets(side)).toBe(0);
  }
}

/** Octets where no message can begin are given up segment by segment: what becomes of them is a matter of segments. */
const UNSETTLED = /EXCESS_OCTETS|RESYNCHRONIZED|START_LINE_MALFORMED/;

describe('streams of all kinds', () => {
  const BATCHES = 8;
  const EACH = 100;
  for (let batch = 0; batch < BATCHES; batch++) {
    it(`tell the same however they are split into segments (batch ${batch})`, async () => {
      const random = new Random(5000 + batch);
      let compared = 0;
      for (let count = 0; count < EACH; count++) {
        const isTls = random.below(4) === 0;
        const client = randomStream(random, true, isTls);
        const server = randomStream(random, false, isTls);
        const ending = random.below(4);
        const whole = await readCapture(draw(client, server, ending, 60_000));
        expectSound(whole, [client.length, server.length]);
        const expected = understood(whole);
        let isSettled = !UNSETTLED.test(expected);
        for (const mss of [1, 1 + random.below(40)]) {
          const told = understood(await readCapture(draw(client, server, ending, mss)));
          isSettled &&= !UNSETTLED.test(told);
          if (!isSettled) continue;
          const [asked, answered] = [client, server].map((octets) => Buffer.from(octets).toString('latin1'));
          const place = `number ${count}, in pieces of ${mss}\n${asked ?? ''}\n---\n${answered ?? ''}`;
          expect(told, place).toBe(expected);
        }
        if (isSettled) compared++;
      }
      expect(compared).toBeGreaterThan(EACH / 2);
    });
  }
});
