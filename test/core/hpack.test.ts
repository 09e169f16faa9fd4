import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { hasCorpus, unpackCorpus } from '../conformance/corpus.ts';
import type { Core } from '../../workers/core.ts';
import { exchange, issues } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { addedLine, HpackEncoder, indexedLine, plainLine, tableSize } from '../support/hpack-encoder.ts';
import { frame, PREFACE, settings } from '../support/http2-messages.ts';
import { concat, hexOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const HEADERS = 1;
const CONTINUATION = 9;
/** END_STREAM and END_HEADERS. */
const WHOLE = 5;

/** Frames of one header block each, on streams 1, 3, 5 …; long blocks go on in CONTINUATION. */
function frames(blocks: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...blocks.map((block, index) => {
      const stream = index * 2 + 1;
      if (block.length <= 16_384) return frame(HEADERS, WHOLE, stream, block);
      const parts: Uint8Array[] = [frame(HEADERS, 1, stream, block.subarray(0, 16_384))];
      for (let at = 16_384; at < block.length; at += 16_384) {
        const isLast = at + 16_384 >= block.length;
        parts.push(frame(CONTINUATION, isLast ? 4 : 0, stream, block.subarray(at, at + 16_384)));
      }
      return concat(...parts);
    }),
  );
}

/** A connection on which the client sends these header blocks. */
async function readBlocks(blocks: readonly Uint8Array[], read = readFourWays): Promise<Core> {
  return read(connection`
    3ms client > server ${PREFACE} ${settings()}
    4ms server > client ${settings()}
    5ms client > server ${frames(blocks)} mss 1448
  `);
}

/** The lines of each block. */
function linesOf(core: Core): (readonly string[])[] {
  return Array.from({ length: core.tables.exchanges.rows }, (_, row) => exchange(core, row).request.lines);
}

async function decode(...blocks: readonly (string | Uint8Array)[]): Promise<(readonly string[])[]> {
  const octets = blocks.map((block) => (typeof block === 'string' ? hexOctets(block) : block));
  const core = await readBlocks(octets);
  expect(issues(core)).toEqual({});
  return linesOf(core);
}

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
];

const RESPONSES = [
  [
    ':status: 302',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    'location: https://www.example.com',
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

/** RFC 7541 C.5 and C.6 ask for a table of 256 octets. */
const OF_256 = '3fe101';

describe('the examples of RFC 7541', () => {
  it('C.2: the four kinds of line', async () => {
    expect(
      await decode(
        '400a637573746f6d2d6b65790d637573746f6d2d686561646572',
        '040c2f73616d706c652f70617468',
        '100870617373776f726406736563726574',
        '82',
      ),
    ).toEqual([
      ['custom-key: custom-header'],
      [':path: /sample/path'],
      ['password: secret'],
      [':method: GET'],
    ]);
  });

  it('C.3: requests without Huffman code', async () => {
    expect(
      await decode(
        '828684410f7777772e6578616d706c652e636f6d',
        '828684be58086e6f2d6361636865',
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
      ),
    ).toEqual(REQUESTS);
  });

  it('C.4: requests with Huffman code', async () => {
    expect(
      await decode(
        '828684418cf1e3c2e5f23a6ba0ab90f4ff',
        '828684be5886a8eb10649cbf',
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
      ),
    ).toEqual(REQUESTS);
  });

  it('C.5: responses without Huffman code, with eviction', async () => {
    expect(
      await decode(
        `${OF_256}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`,
        '4803333037c1c0bf',
        '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
      ),
    ).toEqual(RESPONSES);
  });

  it('C.6: responses with Huffman code, with eviction', async () => {
    expect(
      await decode(
        `${OF_256}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3`,
        '4883640effc1c0bf',
        '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      ),
    ).toEqual(RESPONSES);
  });
});

describe('the table of HPACK', () => {
  it('gives a block that came before the entries that there are now', async () => {
    const again = hexOctets('828684be');
    const [first, other] = ['1', '2'].map((value) => concat(hexOctets('828684'), addedLine('x', value)));
    const emptied = concat(tableSize(0), tableSize(4096), addedLine('x', '3'), again);
    const lines = await decode(first ?? '', again, again, other ?? '', again, again, emptied, again);
    expect(lines.map((each) => each.at(-1)?.at(-1)).join('')).toBe('11122233');
  });

  it('is emptied by a size of 0, and by an entry that is larger than it', async () => {
    const core = await readBlocks([
      concat(addedLine('a', '1'), addedLine('b', '2')),
      concat(tableSize(0), tableSize(4096), addedLine('c', '3'), indexedLine(62)),
      concat(addedLine('large', 'x'.repeat(5000))),
      indexedLine(62),
    ]);
    expect(linesOf(core).slice(0, 2)).toEqual([
      ['a: 1', 'b: 2'],
      ['c: 3', 'c: 3'],
    ]);
    // Entry 62 is no longer there: a mistake of the sender, not a gap of the capture.
    expect(linesOf(core)[3]).toEqual([]);
    expect(exchange(core, 3).request.state).toBe('BROKEN');
    expect(issues(core)).toEqual({ HPACK_MALFORMED: 1 });
  });

  it('evicts by the sizes of names and values and 32 octets an entry', async () => {
    // Each takes 32 + 1 + 31 octets: 64 fit into 4096.
    const added = Array.from({ length: 65 }, (_, index) => addedLine('n', String(index).padStart(31, '0')));
    const core = await readBlocks([concat(...added), indexedLine(61 + 64), indexedLine(61 + 65)]);
    expect(linesOf(core)[1]).toEqual([`n: ${'1'.padStart(31, '0')}`]);
    expect(exchange(core, 2).request.state).toBe('BROKEN');
  });

  it('may take the name of an entry that the same line evicts', async () => {
    const block = concat(
      tableSize(64),
      addedLine('name', '1'),
      addedLine(62, 'x'.repeat(28)),
      indexedLine(62),
    );
    expect(await decode(block)).toEqual([['name: 1', `name: ${'x'.repeat(28)}`, `name: ${'x'.repeat(28)}`]]);
  });

  it('keeps entries when it grows and wraps', async () => {
    const encoder = new HpackEncoder();
    const fields = Array.from(
      { length: 300 },
      (_, index) => [`x-${index % 40}`, `value ${index % 90}`] as const,
    );
    const blocks = Array.from({ length: 30 }, (_, index) => {
      const size = index % 7 === 3 ? encoder.resize([0, 100, 1000, 4096][index % 4] ?? 0) : new Uint8Array();
      return concat(size, encoder.encode(fields.slice(index * 10, index * 10 + 10)));
    });
    expect(await decode(...blocks)).toEqual(
      blocks.map((_, index) =>
        fields.slice(index * 10, index * 10 + 10).map(([name, value]) => `${name}: ${value}`),
      ),
    );
  });

  it('larger than the cap keeps what it can, and says so', async () => {
    const many = Array.from({ length: 300 }, (_, index) => addedLine('n', String(index).padEnd(3995, 'x')));
    const core = await readBlocks(
      [
        concat(tableSize(1 << 21), ...many.slice(0, 60)),
        ...[60, 120, 180, 240].map((from) => concat(...many.slice(from, from + 60))),
        concat(indexedLine(62), indexedLine(61 + 260), indexedLine(61 + 300)),
      ],
      readCapture,
    );
    expect(issues(core)).toEqual({ HPACK_TABLE_LIMIT: 1, HPACK_TABLE_SIZE: 1 });
    expect(linesOf(core)[5]?.map((line) => line.slice(0, 40).replace(/x+$/, ''))).toEqual([
      'n: 299',
      'n: 40',
      '<HPACK entry 361>: <not in the capture>',
    ]);
    expect(exchange(core, 5).request.marks).toEqual(['UNKNOWN_FIELDS']);
  });
});

describe('a header block', () => {
  const broken: Readonly<Record<string, string>> = {
    'index 0': '80',
    'an index above the table': 'be',
    'a name from above the table': '7e0161',
    'an integer without its end': 'ffffff',
    'an integer that is too long': 'ff8080808080808001',
    'a string that is longer than the block': '00056162',
    'a string without its length': '0001 61',
    'the code of EOS': '000161 84ffffffff',
    'padding of a whole octet': '000161 82 1fff',
    'padding of zeros': '000161 81 00',
  };
  for (const [name, hex] of Object.entries(broken)) {
    it(`with ${name} is broken, and its lines so far are kept`, async () => {
      const core = await readBlocks([hexOctets('82'), hexOctets(`84${hex}`), hexOctets('86')]);
      expect(linesOf(core)).toEqual([[':method: GET'], [':path: /'], [':scheme: http']]);
      expect(exchange(core, 1).request.state).toBe('BROKEN');
      expect(exchange(core, 2).request.state).toBe('COMPLETE');
      expect(issues(core)).toEqual({ HPACK_MALFORMED: 1 });
    });
  }

  it('that is broken leaves the table unknown, not wrong', async () => {
    const core = await readBlocks([
      addedLine('a', '1'),
      hexOctets('80'),
      concat(addedLine('b', '2'), indexedLine(62), indexedLine(63)),
    ]);
    expect(linesOf(core)[2]).toEqual(['b: 2', 'b: 2', '<HPACK entry 63>: <not in the capture>']);
  });

  it('may hold CR, LF and colons, and stays one line a field', async () => {
    const block = concat(plainLine('x', 'a\r\nb: c'), plainLine('y:z', '1'));
    const core = await readBlocks([
      block,
      concat(plainLine('x', 'a'), plainLine('b', 'c'), plainLine('y:z', '1')),
    ]);
    expect(linesOf(core)).toEqual([
      ['x: a\r\nb: c', 'y:z: 1'],
      ['x: a', 'b: c', 'y:z: 1'],
    ]);
    expect(exchange(core, 0).request.violations).toContain('CONTROL_CHARACTER');
    expect(exchange(core, 0).request.violations).toContain('NAME_NOT_TOKEN');
  });

  it('of many references to a long line is cut at the caps', async () => {
    const bomb = concat(
      addedLine('n', 'x'.repeat(4000)),
      ...Array.from({ length: 16_000 }, () => indexedLine(62)),
    );
    const core = await readBlocks([bomb, indexedLine(62)], readCapture);
    expect(exchange(core, 0).request.lines.length).toBe(65);
    expect(exchange(core, 0).request.marks).toEqual(['TEXT_DROPPED']);
    expect(exchange(core, 0).request.state).toBe('COMPLETE');
    expect(linesOf(core)[1]?.[0]?.length).toBe(4003);
    expect(issues(core)).toEqual({ HEAD_LIMIT: 1 });
    const short = await readBlocks(
      [concat(...Array.from({ length: 6000 }, () => indexedLine(2)))],
      readCapture,
    );
    expect(exchange(short, 0).request.lines.length).toBe(4096);
  });

  it('longer than the cap is not put together, and the connection goes on', async () => {
    const long = concat(...Array.from({ length: 30 }, () => plainLine('n', 'x'.repeat(9990))));
    const core = await readBlocks(
      [addedLine('a', '1'), long, concat(addedLine('b', '2'), indexedLine(63))],
      readCapture,
    );
    expect(exchange(core, 1).request).toMatchObject({
      lines: [],
      marks: ['TEXT_DROPPED'],
      state: 'COMPLETE',
      head: long.length + 19 * 9,
    });
    expect(linesOf(core)[2]).toEqual(['b: 2', '<HPACK entry 63>: <not in the capture>']);
    expect(issues(core)).toEqual({ HEAD_LIMIT: 1 });
  });
});

/** HEADERS frames behind the preface. */
function countHeaders(octets: Uint8Array): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let count = 0;
  for (let at = PREFACE.length; at + 9 <= octets.length; at += 9 + (view.getUint32(at) >>> 8)) {
    if (view.getUint8(at + 3) === HEADERS) count++;
  }
  return count;
}

/** What nghttp2, the library in Node, sends for requests with these fields. */
async function encodedByNode(requests: readonly OutgoingHttpHeaders[]): Promise<Uint8Array> {
  const sent: Uint8Array[] = [];
  const wire = new Duplex({
    read: () => undefined,
    write(chunk: Uint8Array, _, done) {
      sent.push(Uint8Array.from(chunk));
      done();
    },
  });
  const session = connect('http://a', { createConnection: () => wire });
  session.on('error', () => undefined);
  for (const fields of requests) {
    const stream = session.request(fields);
    stream.on('error', () => undefined);
    stream.end();
  }
  await expect.poll(() => countHeaders(concat(...sent))).toBe(requests.length);
  session.destroy();
  return concat(...sent);
}

describe('blocks of nghttp2', () => {
  it('in Node, with every octet that a value may have in Huffman code', async () => {
    const values = Array.from({ length: 256 }, (_, octet) => octet)
      .filter((octet) => (octet > 32 && octet < 127) || octet > 159)
      .map((octet) => `${'e'.repeat(24)}${String.fromCharCode(octet)}${'0'.repeat(24)}`);
    const octets = await encodedByNode([
      {
        ':path': '/1',
        ...Object.fromEntries(values.slice(0, 90).map((value, index) => [`x-${index}`, value])),
      },
      { ':path': '/2', ...Object.fromEntries(values.slice(90).map((value, index) => [`x-${index}`, value])) },
    ]);
    const core = await readFourWays(connection`
      3ms client > server ${octets} mss 1448
    `);
    expect(issues(core)).toEqual({});
    const found = [0, 1].flatMap((row) => exchange(core, row).request.lines.slice(4));
    expect(found.map((line) => line.replace(/^x-\d+: /, ''))).toEqual(values);
  });

  const folder = hasCorpus ? join(unpackCorpus(), 'hpack-test-case/nghttp2') : '';
  it.skipIf(!existsSync(folder))('in every story of hpack-test-case', async () => {
    const stories = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(stories.length).toBeGreaterThan(20);
    for (const name of stories) {
      const story: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      if (!isStory(story)) throw new Error(`${name} is no story`);
      const size = story.cases[0]?.header_table_size ?? 4096;
      const blocks = story.cases.map(({ wire }) => hexOctets(wire));
      const first =
        size === 4096 ? blocks : [concat(tableSize(size), blocks[0] ?? new Uint8Array()), ...blocks.slice(1)];
      const core = await readBlocks(first, readCapture);
      expect(issues(core), name).toEqual({});
      const expected = story.cases.map(({ headers }) =>
        headers.flatMap((field) => Object.entries(field).map(([key, value]) => `${key}: ${value}`)),
      );
      expect(linesOf(core), name).toEqual(expected);
    }
  });
});

/** A file of https://github.com/http2jp/hpack-test-case. */
interface Story {
  readonly cases: readonly {
    readonly wire: string;
    readonly header_table_size?: number;
    readonly headers: readonly Readonly<Record<string, string>>[];
  }[];
}

function isStory(value: unknown): value is Story {
  return typeof value === 'object' && value !== null && 'cases' in value && Array.isArray(value.cases);
}
