import { describe, expect, test } from 'vitest';
import type { BodyContent } from '../../src/model/body.ts';
import { describeContent } from '../../workers/bodies/content.ts';
import { rangeWords } from '../../workers/bodies/content-range.ts';
import { fileNameOf, parseMediaType } from '../../workers/bodies/media-type.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const read = ({ octets: content, charset }: BodyContent): string =>
  new TextDecoder(charset?.name).decode(content);
const utf16 = (text: string, isBig = false): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  Array.from(text).forEach((letter, at) => view.setUint16(at * 2, letter.charCodeAt(0), !isBig));
  return new Uint8Array(view.buffer);
};

describe('a charset', () => {
  const cases: readonly (readonly [string, Uint8Array, string, string, string, string])[] = [
    [
      'as the type says',
      latin1('caf\xe9'),
      'text/plain; charset=ISO-8859-1',
      'windows-1252',
      'Content-Type',
      'café',
    ],
    [
      'in quotes',
      latin1('\xcf\xf0'),
      'text/html; charset="windows-1251"',
      'windows-1251',
      'Content-Type',
      'Пр',
    ],
    [
      'of a mark, whatever the type says',
      latin1('\xef\xbb\xbf\xc3\xa9'),
      'text/plain; charset=latin1',
      'utf-8',
      'byte order mark',
      'é',
    ],
    ['of UTF-16 with a mark', latin1('\xff\xfea\0b\0'), 'text/plain', 'utf-16le', 'byte order mark', 'ab'],
    ['of UTF-16 without one', utf16('{"a":1}', true), 'application/json', 'utf-16be', 'octets', '{"a":1}'],
    [
      'that says only UTF-16',
      utf16('hello', true),
      'text/plain; charset=utf-16',
      'utf-16be',
      'Content-Type',
      'hello',
    ],
    [
      'in a meta element',
      latin1('<html><meta charset="iso-8859-15">\xa4'),
      'text/html',
      'iso-8859-15',
      'document',
      '<html><meta charset="iso-8859-15">€',
    ],
    [
      'in an old meta element',
      latin1('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">\xc1'),
      'text/html',
      'koi8-r',
      'document',
      '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">а',
    ],
    [
      'in an XML declaration',
      latin1('<?xml version="1.0" encoding="windows-1252"?><a>\xe9</a>'),
      'application/xml',
      'windows-1252',
      'document',
      '<?xml version="1.0" encoding="windows-1252"?><a>é</a>',
    ],
    ['of octets that are UTF-8', octets('naïve'), 'text/plain', 'utf-8', 'octets', 'naïve'],
    ['of octets that are not', latin1('na\xefve'), 'text/plain', 'windows-1252', 'fallback', 'naïve'],
  ];
  test.each(cases)('%s', (_, content, type, name, source, text) => {
    const found = describeContent(content, type);
    expect(found.charset).toMatchObject({ name, source });
    expect(read(found)).toBe(text);
  });

  test('that nobody knows is named', () => {
    const { charset } = describeContent(octets('x'), 'text/plain; charset=klingon');
    expect(charset).toEqual({ name: 'utf-8', source: 'octets', unknown: 'klingon' });
  });

  test('of a character that is cut at the end is still UTF-8', () => {
    expect(describeContent(octets('né').subarray(0, 2), '').charset?.name).toBe('utf-8');
  });
});

describe('a shape', () => {
  const cases: readonly (readonly [string, string | Uint8Array, BodyContent['shape']])[] = [
    ['application/json', '{"a":1}', 'json'],
    ['application/problem+json; charset=utf-8', '{"a":1}', 'json'],
    ['', ' [1, 2]', 'json'],
    ['text/plain', '{"a":1}', 'json'],
    ['text/plain', '[INFO] started', 'text'],
    ['application/x-ndjson', '{"a":1}\n{"a":2}\n', 'text'],
    ['text/html', '<p>x', 'html'],
    ['', '<!DOCTYPE html><p>x', 'html'],
    ['application/soap+xml', '<a/>', 'xml'],
    ['', '<a b="c">d</a>', 'xml'],
    ['text/plain', 'a < b', 'text'],
    ['application/x-www-form-urlencoded', 'a=1&b=%C3%A9+x', 'form'],
    ['application/x-www-form-urlencoded', '{"a":1}', 'json'],
    ['application/javascript', 'let x', 'text'],
    ['application/octet-stream', Uint8Array.of(0, 1, 2, 255), 'binary'],
    ['text/plain', Uint8Array.of(0, 1, 2, 255), 'binary'],
    ['application/octet-stream', 'readable', 'text'],
    ['', latin1('\xff\xfb\x90\x44 no text'), 'binary'],
    ['text/plain', 'a \u001b[31mred\u001b[0m b', 'text'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image'],
    ['text/plain', '', 'empty'],
  ];
  test.each(cases)('%s %s', (type, content, shape) => {
    expect(describeContent(typeof content === 'string' ? octets(content) : content, type).shape).toBe(shape);
  });

  const pictures: readonly (readonly [string, string, string])[] = [
    ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'text/html'],
    ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/png'],
    ['image/gif', 'GIF89a\x01\0\x01\0', ''],
    ['image/webp', 'RIFF\x24\0\0\0WEBPVP8 ', ''],
    ['image/avif', '\0\0\0\x20ftypavif\0\0\0\0', 'image/avif'],
    ['image/x-icon', '\0\0\x01\0\x01\0\x10\x10', 'image/vnd.microsoft.icon'],
    ['image/bmp', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0', 'image/bmp'],
  ];
  test.each(pictures)('of a picture is told by its octets: %s', (imageType, content, type) => {
    expect(describeContent(latin1(content), type)).toMatchObject({ shape: 'image', imageType });
  });

  test('of a picture is not believed for its type alone', () => {
    expect(describeContent(octets('<b>404</b>'), 'image/png').shape).toBe('text');
    expect(describeContent(latin1('\0\0\x01\0\x01\0'), 'application/grpc').shape).toBe('binary');
  });
});

describe('a form', () => {
  const fields = (text: string) =>
    describeContent(octets(text), 'application/x-www-form-urlencoded').fields?.map(({ name, value }) => [
      name,
      value,
    ]);

  test('is decoded, in order, names that come twice included', () => {
    expect(fields('a=1&b=x+y%26z&a=%E2%82%AC&c&=d\r\n')).toEqual([
      ['a', '1'],
      ['b', 'x y&z'],
      ['a', '€'],
      ['c', ''],
      ['', 'd'],
    ]);
  });

  test('of no form is none', () => {
    expect(fields('<xml a="b"/>')).toBeUndefined();
    expect(describeContent(octets('a b c'), 'application/x-www-form-urlencoded').shape).toBe('text');
  });

  test('of many fields is capped', () => {
    expect(fields('a=1&'.repeat(5000))).toHaveLength(1000);
  });
});

describe('a multipart content', () => {
  const lines = (...all: readonly string[]): Uint8Array => octets(all.join('\r\n'));
  const told = (content: BodyContent) =>
    content.parts?.map((part) => [part.label, part.content.shape, read(part.content), part.caveat ?? '']);

  test('of a form has its fields and files', () => {
    const content = lines(
      'preamble',
      '--X',
      'Content-Disposition: form-data; name="title"',
      '',
      'Ünïcode',
      '--X',
      'Content-Disposition: form-data; name="doc"; filename="a \\"b\\".json"',
      'Content-Type: application/json',
      '',
      '{"a":1}',
      '--X--',
      'epilogue',
    );
    const found = describeContent(content, 'multipart/form-data; boundary=X');
    expect(found.shape).toBe('multipart');
    expect(told(found)).toEqual([
      ['title', 'text', 'Ünïcode', ''],
      ['doc, a "b".json', 'json', '{"a":1}', ''],
    ]);
    expect(found.parts?.[1]?.lines).toHaveLength(2);
  });

  test('of ranges has each with its range', () => {
    const content = lines(
      '',
      '--b',
      'Content-Range: bytes 0-4/100',
      '',
      'hello',
      '--b',
      'Content-Range: bytes 50-54/100',
      '',
      'world',
      '--b--',
    );
    const found = describeContent(content, 'multipart/byteranges; boundary="b"');
    expect(told(found)).toEqual([
      ['bytes 0 to 4 of 100', 'text', 'hello', ''],
      ['bytes 50 to 54 of 100', 'text', 'world', ''],
    ]);
  });

  test('inside another is taken apart too, down to a limit', () => {
    const wrap = (inner: string, boundary: string) =>
      `--${boundary}\r\nContent-Type: multipart/mixed; boundary=${boundary}x\r\n\r\n${inner}\r\n--${boundary}--`;
    let content = '--bxxxxx\r\n\r\ndeep\r\n--bxxxxx--';
    for (const boundary of ['bxxxx', 'bxxx', 'bxx', 'bx', 'b']) content = wrap(content, boundary);
    let found: BodyContent | undefined = describeContent(octets(content), 'multipart/mixed; boundary=b');
    let depth = 0;
    for (; found?.parts; depth++) found = found.parts[0]?.content;
    expect(depth).toBe(4);
  });

  test('that is cut keeps its parts, the last with a caveat', () => {
    const content = lines('--b', '', 'one', '--b', 'A: b', '', 'tw');
    expect(told(describeContent(content, 'multipart/mixed; boundary=b'))).toEqual([
      ['', 'text', 'one', ''],
      ['', 'text', 'tw', 'The delimiter behind this part was not seen.'],
    ]);
  });

  test('with line ends of LF, without a boundary, with dashes inside', () => {
    const content = octets('--b\nA: b\n\n--bc\n - --b\n--b--');
    expect(told(describeContent(content, 'multipart/mixed'))).toEqual([['', 'text', '--bc\n - --b', '']]);
  });

  test('of base64 and quoted-printable parts has what they hold', () => {
    const content = lines(
      '--b',
      'Content-Transfer-Encoding: base64',
      '',
      'aGVsbG8=',
      '--b',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=C3=A9 =',
      'au lait',
      '--b--',
    );
    const found = describeContent(content, 'multipart/mixed; boundary=b');
    expect(told(found)?.map(([, , text]) => text)).toEqual(['hello', 'café au lait']);
  });

  test('of nothing but delimiters has at most a thousand parts', () => {
    const found = describeContent(octets('--b\r\n\r\n\r\n'.repeat(5000)), 'multipart/mixed; boundary=b');
    expect(found.parts).toHaveLength(1000);
  });

  test('is cut anywhere without harm', () => {
    const content = lines('--b', 'Content-Type: text/plain', '', 'one', '--b--', '');
    for (let end = 0; end <= content.length; end++) {
      expect(() => describeContent(content.subarray(0, end), 'multipart/mixed; boundary=b')).not.toThrow();
    }
  });
});

test('a media type is taken apart', () => {
  const { name, parameters } = parseMediaType('Text/HTML ; Charset="utf-8";q=1; q=2; broken; x="a\\"b');
  expect(name).toBe('text/html');
  expect([...parameters]).toEqual([
    ['charset', 'utf-8'],
    ['q', '1'],
    ['x', 'a"b'],
  ]);
});

test('a file name is the one for all languages, where there is one', () => {
  expect(fileNameOf(`attachment; filename="plain.txt"; filename*=UTF-8''na%C3%AFve.txt`)).toBe('naïve.txt');
  expect(fileNameOf('attachment; filename=plain.txt')).toBe('plain.txt');
  expect(fileNameOf('inline')).toBeUndefined();
});

test('ranges are told in words', () => {
  expect(rangeWords('bytes 0-1023/146515')).toBe('bytes 0 to 1,023 of 146,515');
  expect(rangeWords('bytes 42-1233/*')).toBe('bytes 42 to 1,233 of an unknown size');
  expect(rangeWords('bytes */1234')).toBe('none of 1,234 bytes: the range asked for is outside');
  expect(rangeWords('pages 1-2')).toBe('“pages 1-2”, which is no range of bytes');
  expect(rangeWords('')).toBeUndefined();
});
