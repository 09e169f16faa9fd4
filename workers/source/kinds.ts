import type { OpenError } from '../api.ts';

/** What a file that begins like this is, and what to do with it. */
export interface Kind {
  /** How it begins: octets from `at`, by default the start. */
  readonly magic: readonly number[];
  readonly at?: number;
  /** "a PNG image". */
  readonly is: string;
  readonly code: OpenError['code'];
  /** What to do, in a sentence or two. */
  readonly remedy: string;
}

const READS =
  'This version reads pcap, pcapng and HAR, alone, compressed (gzip, Zstandard, LZ4) or in tar and zip archives.';

/** What to do with a capture that Wireshark reads and we do not. */
export const CONVERT = `${READS} Convert it with Wireshark's editcap: editcap -F pcapng FILE capture.pcapng`;

/** The same for captures that say for each packet what it is: editcap wants to be told (editcap 4.0, tried with each). */
const CONVERT_AS_ETHERNET = `${READS} Convert it with Wireshark's editcap: editcap -T ether -F pcapng FILE capture.pcapng (-T ieee-802-11 in place of -T ether, where it is of Wi-Fi)`;

const PICK = 'Pick the capture itself: a file that tcpdump, Wireshark or kubectl sniff wrote.';

type Octets = string | readonly number[];

/** Octets of a text, one a character, or as they are. */
function octetsOf(octets: Octets): readonly number[] {
  return typeof octets === 'string' ? Array.from(octets, (letter) => letter.charCodeAt(0)) : octets;
}

/** Captures of other programs: what begins them, and their names. Facts from file(1)'s magic numbers and from Wireshark's list. */
function capture(magic: Octets, name: string, at = 0, remedy = CONVERT): Kind {
  return { magic: octetsOf(magic), at, is: `a capture of ${name}`, code: 'unsupported', remedy };
}

/** Captures that hold nothing that is analysed here, or need another program. */
function foreign(magic: Octets, is: string, remedy: string, at = 0): Kind {
  return { magic: octetsOf(magic), at, is, code: 'unsupported', remedy: `${READS} ${remedy}` };
}

/** Compressed files, with the command that unpacks them. */
function packed(magic: Octets, name: string, command: string): Kind {
  const remedy = `${READS} Decompress it first: ${command}`;
  return { magic: octetsOf(magic), is: `compressed with ${name}`, code: 'unsupported', remedy };
}

/** Archives that are not looked into, with the command that unpacks them. */
function archive(magic: Octets, name: string, command: string, at = 0): Kind {
  const remedy = `${READS} Unpack it first: ${command}`;
  return { magic: octetsOf(magic), at, is: name, code: 'unsupported', remedy };
}

/** Files that are no captures at all. */
function other(magic: Octets, is: string, at = 0, remedy = PICK): Kind {
  return { magic: octetsOf(magic), at, is, code: 'not-a-capture', remedy };
}

/** How files begin that are not opened. The longer magics of equal beginnings come first. */
export const KINDS: readonly Kind[] = [
  capture('snoop\0\0\0', 'snoop (Solaris)'),
  capture('RTSS', 'Microsoft NetMon 1'),
  capture('GMBU', 'Microsoft NetMon 2'),
  capture('TRSNIFF data', 'Sniffer (DOS)'),
  capture('XCP\0', 'NetXRay or Sniffer (Windows)'),
  capture('VL\0\0', 'NetXRay 1.0'),
  capture('\x7fver', 'OmniPeek, EtherPeek or AiroPeek'),
  capture('iptrace 1.0', 'AIX iptrace'),
  capture('iptrace 2.0', 'AIX iptrace'),
  capture('iptrace ', 'AIX iptrace'),
  capture([0x01, 0x10, 0x4c, 0], 'Novell LANalyzer'),
  capture([0x07, 0x10, 0x4c, 0], 'Novell LANalyzer'),
  capture([0x54, 0x52, 0, 0x64, 0], 'HP-UX nettl', 0, CONVERT_AS_ETHERNET),
  capture([0x42, 0xd2, 0, 0x34, 0x12, 0x66, 0x22, 0x88], 'RADCOM WAN/LAN Analyzer'),
  capture('\x05VNF', 'Visual Networks'),
  capture('ObserverPktBuffe', 'Viavi Observer'),
  capture([0xaa, 0xaa, 0xaa, 0xaa], 'InfoVista 5View'),
  capture([0, 0, 2, 0, 0x12, 5, 0, 0x10], 'Tektronix K12 (.rf5)', 0, CONVERT_AS_ETHERNET),
  capture('+---------+---------------+----------+', 'Tektronix K12 as text', 0, CONVERT_AS_ETHERNET),
  capture('Session Transcript', 'Catapult DCT2000'),
  capture('LOGG', 'Vector BLF'),
  capture('EyeSDN', 'EyeSDN'),
  capture('#Format=4', 'Daintree Sensor Network Analyzer'),
  capture('ZSNIFF', 'a ZigBee sniffer'),
  capture('cpse', 'Colasoft Capsa'),
  capture('***BUSMASTER', 'BUSMASTER'),
  capture('TTL ', 'TTTech'),
  capture('NetScaler Performance Data', 'Citrix NetScaler', 4),
  capture('NetScaler V20 Performance Data', 'Citrix NetScaler', 4),
  capture('T O S H I B A', 'a Toshiba router', 14),
  foreign('btsnoop\0', 'a capture of btsnoop', 'It is Bluetooth, which is not analysed here.'),
  foreign('NetS', 'a NetStumbler log', 'It has no packets, only what access points were seen.'),
  foreign('\x0a\x16\0', 'a Microsoft ETL trace', 'Convert it: etl2pcapng FILE capture.pcapng'),
  foreign(
    'ElfFile\0',
    'a Windows event log',
    'Capture the traffic: pktmon start --capture, then pktmon etl2pcap',
  ),
  foreign('__CURSOR=', 'an export of the systemd journal', 'It has no packets.'),
  packed([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'xz', 'xz -dk FILE'),
  packed('BZh', 'bzip2', 'bunzip2 -k FILE'),
  packed('LZIP', 'lzip', 'lzip -dk FILE'),
  packed([0x5d, 0, 0, 0x80, 0], 'lzma', 'xz -dk --format=lzma FILE'),
  packed([0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a], 'lzop', 'lzop -d FILE'),
  packed([0x1f, 0x9d], 'compress', 'uncompress FILE (gzip -dk FILE.Z reads it too)'),
  packed([0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59], 'Snappy', 'snzip -dk FILE'),
  archive('7z\xbc\xaf', 'a 7-Zip archive', '7z x FILE'),
  archive('Rar!\x1a\x07', 'a RAR archive', 'unrar x FILE (or 7z x FILE)'),
  archive('MSCF\0\0\0\0', 'a Windows cabinet', 'cabextract FILE (or 7z x FILE)'),
  archive('070701', 'a cpio archive', 'cpio -id < FILE'),
  archive('070707', 'a cpio archive', 'cpio -id < FILE'),
  archive('!<arch>\n', 'an ar archive or Debian package', 'ar x FILE'),
  archive([0xed, 0xab, 0xee, 0xdb], 'an RPM package', 'rpm2cpio FILE | cpio -id'),
  archive(
    'Salted__',
    'encrypted with openssl',
    'openssl enc -d …, with the cipher and password of whoever encrypted it',
  ),
  archive('age-encryption.org/', 'encrypted with age', 'age -d FILE > capture.pcap'),
  archive('-----BEGIN PGP MESSAGE', 'encrypted with PGP', 'gpg -d FILE > capture.pcap'),
  other([0x89, 0x50, 0x4e, 0x47], 'a PNG image'),
  other([0xff, 0xd8, 0xff], 'a JPEG image'),
  other('GIF8', 'a GIF image'),
  other('WEBP', 'a WebP image', 8),
  other('II*\0', 'a TIFF image'),
  other('MM\0*', 'a TIFF image'),
  other([0, 0, 1, 0], 'an icon'),
  other('ftyp', 'a film or picture (MP4, HEIF)', 4),
  other([0x1a, 0x45, 0xdf, 0xa3], 'a film (Matroska, WebM)'),
  other([0, 0, 1, 0xba], 'a film (MPEG)'),
  other([0, 0, 1, 0xb3], 'a film (MPEG)'),
  other('OggS', 'Ogg sound or film'),
  other('ID3', 'an MP3 sound'),
  other('RIFF', 'RIFF sound or film'),
  other('%PDF', 'a PDF document'),
  other('{\\rtf', 'an RTF document'),
  other([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], 'an old Microsoft Office document'),
  other('\x7fELF', 'an ELF program'),
  other('MZ', 'a Windows program'),
  other([0xcf, 0xfa, 0xed, 0xfe], 'a macOS program'),
  other([0xca, 0xfe, 0xba, 0xbe], 'a Java class or macOS program'),
  other('\0asm', 'a WebAssembly module'),
  other('SQLite format 3\0', 'an SQLite database'),
  other('PAR1', 'a Parquet table'),
  other('wOF', 'a font'),
];

/** Begins of what starts with two octets only, or has none of its own: asked after all others. */
export function lateKind(octets: Uint8Array): Kind | undefined {
  if (isTransportStream(octets)) return other([], 'an MPEG transport stream', 0, CONVERT);
  if (isCommView(octets)) return capture([], 'CommView', 0, CONVERT_AS_ETHERNET);
  return undefined;
}

/** Where the octets of a record of CommView stand: its date behind its lengths, its packet behind both. */
const COMMVIEW_LAYOUTS = [
  { date: 5, packet: 24 },
  { date: 4, packet: 20 },
] as const;

/**
 * CommView's .ncf and .ncfx have no magic: each record has the length of its packet, then the year, month, day, hour, minute and
 * second (CommView's help, "Log file format"). Lengths have to lead from date to date.
 */
function isCommView(octets: Uint8Array): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return COMMVIEW_LAYOUTS.some(({ date, packet }) => {
    let at = 0;
    let records = 0;
    for (; octets.length - at >= packet && records < 4; records++) {
      const length = view.getUint16(at, true);
      if (length === 0 || !isDate(view, at + date)) return false;
      at += packet + length;
    }
    return records > 0;
  });
}

/** Whether two octets of a year and five of the rest are a time since the program's first version. */
function isDate(view: DataView, at: number): boolean {
  const year = view.getUint16(at, true);
  const limits = [12, 31, 23, 59, 60];
  const isWithin = limits.every((limit, index) => view.getUint8(at + 2 + index) <= limit);
  return year >= 1998 && year <= 2100 && isWithin && view.getUint8(at + 2) > 0 && view.getUint8(at + 3) > 0;
}

/** MPEG transport streams: a packet of 188 octets after another, each begun by 0x47 (ISO 13818-1 section 2.4.3). */
function isTransportStream(octets: Uint8Array): boolean {
  if (octets.length < 188 * 4) return false;
  return [0, 1, 2, 3].every((packet) => octets[packet * 188] === 0x47);
}
