import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { BodyPreview } from '../../src/model/body.ts';
import { bodyFile, bodyPreview } from '../../workers/bodies/body.ts';
import { BlobReader } from '../../workers/source/blob-reader.ts';
import { drawn } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';

const GET = 'GET /files/report.json?x=1 HTTP/1.1\r\nHost: a\r\n\r\n';
const long = JSON.stringify(Array.from({ length: 900 }, (_, id) => ({ id, square: id * id })));

/** A response, its head as lines, in segments of 1,000 octets; then the server does what `ends` says. */
function talk(lines: readonly string[], body: Uint8Array | string, ends = ''): string {
  const octets = Buffer.concat([
    Buffer.from(`HTTP/1.1 ${lines.map((line) => `${line}\r\n`).join('')}\r\n`),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
  return [
    'link ethernet',
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
    '0ms client > server SYN',
    '1ms server > client SYN ACK',
    '2ms client > server ACK',
    `3ms client > server hex"${Buffer.from(GET).toString('hex')}"`,
    `4ms server > client hex"${octets.toString('hex')}" mss 1000`,
    ends,
  ].join('\n');
}

async function open(script: string) {
  const { octets } = writePcap(drawn(script), { variant: 'nanoseconds' });
  const { core } = await readOctets(octets);
  return { core, reader: new BlobReader(new Blob([new Uint8Array(octets)])) };
}

async function body(script: string): Promise<BodyPreview> {
  const { core, reader } = await open(script);
  const found = await bodyPreview(core, reader, 0, 'response');
  if (!found) throw new Error('there is no response');
  return found;
}

const text = ({ octets }: { octets: Uint8Array }): string => new TextDecoder().decode(octets);
const length = (octets: Uint8Array): string => `Content-Length: ${octets.length}`;
const chunked = (octets: Uint8Array): Uint8Array => {
  const parts: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 700) {
    const part = octets.subarray(at, at + 700);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), Buffer.from(part), Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
};

describe('a body is read again from the packets', () => {
  test('through chunks and a content coding, and as it was on the wire', async () => {
    const wire = chunked(gzipSync(long));
    const found = await body(
      talk(
        ['200 OK', 'Content-Type: application/json', 'Content-Encoding: gzip', 'Transfer-Encoding: chunked'],
        wire,
      ),
    );
    expect(text(found)).toBe(long);
    expect(found).toMatchObject({ isComplete: true, encoding: 'gzip', shape: 'json' });
    expect(found.caveat).toBeUndefined();
    expect(Buffer.compare(found.wire ?? Buffer.of(), wire)).toBe(0);
  });

  test('through a transfer coding ahead of chunked, and a content coding below it', async () => {
    const wire = chunked(gzipSync(brotliCompressSync(long)));
    const found = await body(
      talk(['200 OK', 'Content-Encoding: br', 'Transfer-Encoding: gzip, chunked'], wire),
    );
    expect(text(found)).toBe(long);
    expect(found).toMatchObject({ isComplete: true, encoding: 'br, gzip' });
  });

  test('through codings that come in two lines', async () => {
    const wire = gzipSync(deflateRawSync(long));
    const lines = ['200 OK', 'Content-Encoding: deflate', 'Content-Encoding: gzip', length(wire)];
    expect(text(await body(talk(lines, wire)))).toBe(long);
  });

  test('up to a FIN that cuts it', async () => {
    const wire = gzipSync(long);
    const lines = ['200 OK', 'Content-Type: application/json', 'Content-Encoding: gzip', length(wire)];
    const found = await body(talk(lines, wire.subarray(0, 2000), '9ms server > client FIN'));
    expect(found.isComplete).toBe(false);
    expect(found.octets.length).toBeGreaterThan(5000);
    expect(long.startsWith(text(found))).toBe(true);
    expect(found.caveat).toBe(
      'The sender closed the connection (FIN) before the message was complete. Of the gzip content, all that the octets before the cut hold is shown.',
    );
  });

  test('and a coding that is not what it says is told, the octets as they were sent', async () => {
    const found = await body(talk(['200 OK', 'Content-Encoding: gzip', 'Content-Length: 5'], 'hello'));
    expect(text(found)).toBe('hello');
    expect(found.encoding).toBe('gzip, not undone');
    expect(found.caveat).toMatch(
      /^The content is said to be gzip but is not \(.*\); it is shown as it was sent\.$/,
    );
  });

  test('and a coding that is not undone is told', async () => {
    const found = await body(talk(['200 OK', 'Content-Encoding: compress', 'Content-Length: 5'], 'hello'));
    expect(found).toMatchObject({ encoding: 'compress, not undone', isComplete: false });
    expect(found.caveat).toMatch(/^The content coding “compress” is not undone: the LZW/);
  });

  test('and a range is told', async () => {
    const lines = ['206 Partial Content', 'Content-Range: bytes 100-104/500', 'Content-Length: 5'];
    expect((await body(talk(lines, 'hello'))).range).toBe('bytes 100 to 104 of 500');
    const coded = await body(talk([...lines, 'Content-Encoding: gzip'], 'hello'));
    expect(coded.caveat).toMatch(/^This is a range out of the gzip content/);
  });

  test('and a picture larger than a text may be is whole', async () => {
    const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_500_000, 7)]);
    const found = await body(talk(['200 OK', 'Content-Type: image/png', length(picture)], picture));
    expect(found).toMatchObject({ shape: 'image', isComplete: true });
    expect(found.octets.length).toBe(picture.length);
  });

  test('and a long text is cut at what is shown, a file is not', async () => {
    const content = Buffer.alloc(3_000_000, 'abc ');
    const wire = gzipSync(content);
    const script = talk(['200 OK', 'Content-Type: text/plain', 'Content-Encoding: gzip', length(wire)], wire);
    const found = await body(script);
    expect(found.octets.length).toBe(1 << 20);
    expect(found).toMatchObject({ isComplete: false, caveat: 'Only the first 1.05 MB are shown.' });
    const { core, reader } = await open(script);
    const file = await bodyFile(core, reader, 0, 'response', 'content');
    expect(file).toMatchObject({ name: 'report.json', bytes: content.length, isComplete: true });
    expect(Buffer.from((await file?.blob.arrayBuffer()) ?? new ArrayBuffer()).equals(content)).toBe(true);
    const sent = await bodyFile(core, reader, 0, 'response', 'wire');
    expect(sent).toMatchObject({ name: 'report.json.wire', bytes: wire.length });
  });

  test('and its file has a name that is safe', async () => {
    const names: readonly (readonly [string, string])[] = [
      ['attachment; filename="../../etc/passwd"', '_.._etc_passwd.txt'],
      [`attachment; filename*=UTF-8''a%2Fb%00%E2%80%AEgpj.exe`, 'a_b__gpj.exe'],
      ['inline', 'report.json'],
      ['attachment; filename="..."', 'report.json'],
    ];
    for (const [disposition, name] of names) {
      const lines = [
        '200 OK',
        'Content-Type: text/plain',
        `Content-Disposition: ${disposition}`,
        'Content-Length: 2',
      ];
      const { core, reader } = await open(talk(lines, 'ok'));
      expect((await bodyFile(core, reader, 0, 'response', 'content'))?.name).toBe(name);
    }
  });

  test('of a message that is not there is none', async () => {
    const { core, reader } = await open(talk(['200 OK', 'Content-Length: 2'], 'ok'));
    expect(await bodyPreview(core, reader, 7, 'response')).toBeUndefined();
    expect(await bodyPreview(core, reader, 0, 'request')).toMatchObject({ shape: 'empty', isComplete: true });
  });
});
