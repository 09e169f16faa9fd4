import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { containerOf, sniff } from '../../workers/source/sniff.ts';

const octets = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))),
  );

const told = (file: Uint8Array): string => {
  const error = sniff(file.subarray(0, 4096), file.length);
  return error ? `${error.code}: ${error.message}` : 'a capture';
};

const PCAP = octets([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);

describe('what is no capture is named, with what to do', () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', octets(), /^empty: .*0 bytes/],
    [
      'a PNG',
      octets([0x89], 'PNG\r\n', [0x1a, 0x0a, 0, 0, 0, 13]),
      /^not-a-capture: The file is a PNG image/,
    ],
    ['text', octets('hello, world\n'), /^not-a-capture: .*text \(13 bytes, it begins with “hello, world”\)/],
    ['text in UTF-16', octets([0xff, 0xfe], [0x68, 0, 0x69, 0]), /^not-a-capture: .*begins with “hi”/],
    ['xz', octets([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), /^unsupported: .*compressed with xz.*xz -dk/],
    ['bzip2', octets('BZh91AY&SY'), /^unsupported: .*compressed with bzip2.*bunzip2/],
    ['7-Zip', octets('7z', [0xbc, 0xaf, 0x27, 0x1c]), /^unsupported: .*7-Zip archive.*7z x/],
    ['snoop', octets('snoop\0\0\0\0\0\0\x02\0\0\0\x04'), /^unsupported: .*snoop.*editcap -F pcapng/],
    ['nettl', octets([0x54, 0x52, 0, 0x64, 0, 0]), /^unsupported: .*nettl.*editcap -T ether -F pcapng/],
    [
      'CommView',
      octets([2, 0, 2, 0, 0, 0xe3, 7, 4, 6, 14, 28, 2], new Array<number>(12).fill(0), [9, 9]),
      /^unsupported: .*CommView.*editcap -T ether -F pcapng/,
    ],
    [
      'CommView’s second format',
      octets([2, 0, 0, 0, 0xe3, 7, 4, 6, 14, 28, 2], new Array<number>(9).fill(0), [9, 9]),
      /^unsupported: .*CommView/,
    ],
    [
      'no CommView, since February has no 32nd',
      octets([2, 0, 2, 0, 0, 0xe3, 7, 2, 32, 14, 28, 2], new Array<number>(12).fill(0), [9, 9]),
      /^not-a-capture: .*no capture that is known here/,
    ],
    ['btsnoop', octets('btsnoop\0\0\0\0\x01'), /^unsupported: .*btsnoop.*Bluetooth/],
    ['NetMon', octets('GMBU\0\x02\0\0'), /^unsupported: .*NetMon 2.*editcap/],
    ['an ELF program', octets([0x7f], 'ELF', [2, 1, 1, 0]), /^not-a-capture: .*ELF/],
    [
      'a HAR in UTF-16',
      octets([0xff, 0xfe], [...Buffer.from('{ "log": { "version": "1.2", "entries": []}}', 'utf16le')]),
      /^unsupported: .*HAR.*iconv/,
    ],
    ['JSON', octets('[{"_index": "packets"}]'), /^not-a-capture: .*JSON/],
    [
      'an Envoy log',
      octets('[2020-11-25T21:26:18.409Z] "GET / HTTP/1.1" 418'),
      /^unsupported: .*Envoy access log/,
    ],
    ['a key log', octets(`# keys\nCLIENT_RANDOM ${'ab'.repeat(32)} 00`), /^unsupported: .*key log/],
    ['what tcpdump prints', octets('12:28:28.123456 IP 10.0.0.1.80 > 10.0.0.2.1: Flags [S]'), /tcpdump.* -w/],
    ['an HTML page', octets('<!doctype html><title>Log in</title>'), /HTML page.*download it again/],
    ['noise', octets([0, 0, 0, 0, 1, 2, 3, 4]), /begins with 00 00 00 00 01 02 03 04.*editcap/],
    ['deflated octets', octets([...deflateSync('x'.repeat(100))]), /^not-a-capture: .*begins with 78 9c/],
    ['a pcap header cut short', PCAP.subarray(0, 10), /begins like pcap.*10 bytes, the header has 24/],
    [
      'a pcapng header cut short',
      octets([0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0]),
      /like pcapng.*8 bytes.*has 28/,
    ],
  ];
  test.each(cases)('%s', (_, file, expected) => {
    expect(told(file)).toMatch(expected);
  });

  test('two ERF records', () => {
    const record = new Uint8Array(40);
    const view = new DataView(record.buffer);
    view.setUint32(4, 1_700_000_000, true);
    view.setUint8(8, 2);
    view.setUint16(10, 40);
    expect(told(octets([...record], [...record]))).toMatch(/^unsupported: .*ERF.*editcap/);
  });

  test('a line of a program before the capture is told with its length', () => {
    const line = 'tcpdump: listening on any\r\n';
    expect(told(octets(line, [...PCAP]))).toMatch(/^not-a-capture: .*27 bytes of text.*tail -c \+28/);
  });
});

/** How captures of other programs begin, as editcap of Wireshark 4.0 writes them, and others as file(1) knows them. */
const FOREIGN: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['snoop', octets('snoop\0\0\0\0\0\0\x02\0\0\0\x04'), /snoop/],
  ['NetMon 1', octets('RTSS', [1, 1, 1, 0, 0xea, 7]), /NetMon 1/],
  ['NetMon 2', octets('GMBU', [0, 2, 1, 0, 0xea, 7]), /NetMon 2/],
  ['Sniffer for DOS', octets('TRSNIFF data    \x1a', [1, 0, 0x12, 0]), /Sniffer \(DOS\)/],
  ['NetXRay', octets('XCP\x00002.001\0'), /NetXRay/],
  ['iptrace', octets('iptrace 2.0', [0, 0]), /AIX iptrace/],
  ['LANalyzer', octets([1, 0x10, 0x4c, 0, 1, 5], 'Trace Display Trace File'), /LANalyzer/],
  ['nettl', octets([0x54, 0x52, 0, 0x64, 0, 0, 0]), /nettl/],
  ['RADCOM', octets([0x42, 0xd2, 0, 0x34, 0x12, 0x66, 0x22, 0x88, 0]), /RADCOM/],
  ['Visual Networks', octets([5], 'VNF%', [0, 0, 0]), /Visual Networks/],
  ['Observer', octets('ObserverPktBufferVersion=15.00'), /Observer/],
  ['5View', octets([0xaa, 0xaa, 0xaa, 0xaa, 0x20, 0, 0, 0]), /5View/],
  ['K12 as text', octets('+---------+---------------+----------+\r\n21:54:02'), /K12 as text/],
  ['K12', octets([0, 0, 2, 0, 0x12, 5, 0, 0x10, 0]), /K12 \(/],
  ['Catapult', octets('Session Transcript\n'), /Catapult DCT2000/],
  ['BLF', octets('LOGG', [0x90, 0, 0, 0]), /Vector BLF/],
  ['OmniPeek', octets([0x7f], 'ver', [0, 0]), /OmniPeek/],
  ['Capsa', octets('cpse', [0, 0]), /Capsa/],
];

describe('captures of other programs are named, with the command that converts them', () => {
  test.each(FOREIGN)('%s', (_, file, expected) => {
    const message = told(file);
    expect(message).toMatch(/^unsupported: The file is a capture of /);
    expect(message).toMatch(expected);
    expect(message).toMatch(/: editcap (-T ether )?-F pcapng FILE capture\.pcapng/);
  });

  test('ERF with a record about itself in front', () => {
    const meta = new Uint8Array(48);
    new DataView(meta.buffer).setUint8(8, 0x9b);
    new DataView(meta.buffer).setUint16(10, 48);
    const record = new Uint8Array(40);
    const view = new DataView(record.buffer);
    view.setUint32(4, 1_700_000_000, true);
    view.setUint8(8, 2);
    view.setUint16(10, 40);
    expect(told(octets([...meta], [...record]))).toMatch(/^unsupported: .*ERF.*editcap/);
  });
});

describe('what must be unpacked first is told with its command', () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['lzip', octets('LZIP', [1]), /lzip -dk/],
    ['lzma', octets([0x5d, 0, 0, 0x80, 0, 0xff]), /--format=lzma/],
    ['lzop', octets([0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a]), /lzop -d/],
    ['compress', octets([0x1f, 0x9d, 0x90]), /uncompress/],
    ['RAR', octets('Rar!', [0x1a, 7, 0]), /unrar x/],
    ['cabinet', octets('MSCF', [0, 0, 0, 0]), /cabextract/],
    ['cpio', octets('070701'), /cpio -id/],
    ['Debian package', octets('!<arch>\ndebian-binary'), /ar x/],
    ['age', octets('age-encryption.org/v1\n'), /age -d/],
  ];
  test.each(cases)('%s', (_, file, expected) => {
    expect(told(file)).toMatch(/^unsupported: /);
    expect(told(file)).toMatch(expected);
  });
});

describe('what is text or a picture is told by name', () => {
  const transport = new Uint8Array(188 * 4);
  for (let packet = 0; packet < 4; packet++) transport[packet * 188] = 0x47;
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['a NetLog', octets('{"constants":{"activeFieldTrialGroups":[]'), /NetLog of Chrome.*HAR/],
    ['Envoy in JSON', octets('{"start_time":"2026-01-01T00:00:00Z","method":"GET"}'), /access log in JSON/],
    ['PDML', octets('<?xml version="1.0"?>\n<pdml version="0">'), /tshark prints as XML/],
    ['SVG', octets('<svg xmlns="http://www.w3.org/2000/svg">'), /SVG/],
    [
      'a hex dump with its packet in a line before',
      octets('10:00:00 IP a > b\n\n0000  00 00 00 00 00 00 00 00 00 00 00 00 08 00 45 00   ..........E.\n'),
      /hex dump.*text2pcap/,
    ],
    [
      'a log with dumps in it',
      octets('File opened.\na\nb\nc\nOn 127.0.0.1:2945 sent\n  0000: ac 3e fd 01 00 07 89 d9 00 fc 10 00\n'),
      /text \(\d+ bytes, it begins with “File opened\.”/,
    ],
    ['a hex dump', octets('00000000: d4c3 b2a1 0200 0400 0000 0000 0000 0000  ....'), /hex dump.*text2pcap/],
    ['MP4', octets([0, 0, 0, 0x20], 'ftypisom'), /MP4/],
    ['PDF', octets('%PDF-1.7\n'), /PDF/],
    ['MPEG', transport, /MPEG transport stream/],
    ['an old Word document', octets([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), /Office/],
  ];
  test.each(cases)('%s', (_, file, expected) => {
    expect(told(file)).toMatch(expected);
  });
});

describe('what holds other files is told by how it begins', () => {
  const tar = new Uint8Array(512);
  tar.set(octets('name'));
  tar[156] = 0x30;
  // 4 letters, eight spaces in place of the checksum, the type.
  const sum = [...octets('name')].reduce((all, octet) => all + octet, 8 * 32 + 0x30);
  tar.set(octets(sum.toString(8).padStart(6, '0'), '\0 '), 148);
  const cases: readonly (readonly [string, Uint8Array, string | undefined])[] = [
    ['gzip', octets([...gzipSync('x')]), 'gzip'],
    ['Zstandard', octets([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), 'zstd'],
    ['LZ4', octets([0x04, 0x22, 0x4d, 0x18, 0, 0]), 'lz4'],
    ['zip', octets('PK\x03\x04rest'), 'zip'],
    ['an empty zip', octets('PK\x05\x06rest'), 'zip'],
    ['tar without a magic number', tar, 'tar'],
    ['tar with a wrong checksum', tar.map((octet, at) => (at === 0 ? octet + 1 : octet)), undefined],
    ['a capture', PCAP, undefined],
  ];
  test.each(cases)('%s', (_, file, expected) => {
    expect(containerOf(file)).toBe(expected);
  });
});

describe('captures are let through', () => {
  const magics = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xcd, 0x34],
    [0x0a, 0x0d, 0x0d, 0x0a],
    [0x1c, 0, 1, 0xac],
    [0xac, 1, 0, 0x1c],
    [0x1c, 0, 1, 0xab],
    [0xab, 1, 0, 0x1c],
  ];
  test.each(magics)('%i %i %i %i', (...magic) => {
    expect(told(octets(magic, ''.padEnd(40, '\0')))).toBe('a capture');
  });
});

test('every prefix of a text, an image and a capture is answered', () => {
  const files = [octets('Grüße, {"log": 1}\n<html>'), octets([0x89], 'PNG\r\n', [0x1a, 0x0a]), PCAP];
  for (const file of files) {
    for (let length = 0; length < file.length; length++) {
      expect(told(file.subarray(0, length))).toMatch(/^(empty|not-a-capture): .{40}/);
    }
  }
});
