// The static table of HPACK: RFC 7541 appendix A.

import { setU32, setU8, u32Of } from '../columns';
import { allocateForGood } from '../memory';
import { intern } from '../strings';

/** Entries of the table; the dynamic table begins behind them. */
export const STATIC_ENTRIES: u32 = 61;

const entries: StaticArray<string> = [
  ':authority: ',
  ':method: GET',
  ':method: POST',
  ':path: /',
  ':path: /index.html',
  ':scheme: http',
  ':scheme: https',
  ':status: 200',
  ':status: 204',
  ':status: 206',
  ':status: 304',
  ':status: 400',
  ':status: 404',
  ':status: 500',
  'accept-charset: ',
  'accept-encoding: gzip, deflate',
  'accept-language: ',
  'accept-ranges: ',
  'accept: ',
  'access-control-allow-origin: ',
  'age: ',
  'allow: ',
  'authorization: ',
  'cache-control: ',
  'content-disposition: ',
  'content-encoding: ',
  'content-language: ',
  'content-length: ',
  'content-location: ',
  'content-range: ',
  'content-type: ',
  'cookie: ',
  'date: ',
  'etag: ',
  'expect: ',
  'expires: ',
  'from: ',
  'host: ',
  'if-match: ',
  'if-modified-since: ',
  'if-none-match: ',
  'if-range: ',
  'if-unmodified-since: ',
  'last-modified: ',
  'link: ',
  'location: ',
  'max-forwards: ',
  'proxy-authenticate: ',
  'proxy-authorization: ',
  'range: ',
  'referer: ',
  'refresh: ',
  'retry-after: ',
  'server: ',
  'set-cookie: ',
  'strict-transport-security: ',
  'transfer-encoding: ',
  'user-agent: ',
  'vary: ',
  'via: ',
  'www-authenticate: ',
];

// A row: address of the line, octets of the line, octets of the name, the interned line (made when it is asked for).
const ROW: usize = 16;
const rows: usize = memory.data(62 * 16, 4);
let isReady: bool = false;

function prepare(): void {
  isReady = true;
  for (let index: u32 = 1; index <= STATIC_ENTRIES; index++) {
    const entry = unchecked(entries[index - 1]);
    const row = rows + <usize>index * ROW;
    const to = allocateForGood(<usize>entry.length);
    let name: u32 = 0;
    for (let octet = 0; octet < entry.length; octet++) {
      const code = <u32>entry.charCodeAt(octet);
      if (code == 58 && octet > 0 && name == 0) name = <u32>octet;
      setU8(to + octet, 0, code);
    }
    setU32(row, 0, <u32>to);
    setU32(row, 4, <u32>entry.length);
    setU32(row, 8, name);
  }
}

function rowOf(index: u32): usize {
  if (!isReady) prepare();
  return rows + <usize>index * ROW;
}

/** Address of the name of entry 1 to 61. */
export function staticName(index: u32): usize {
  return u32Of(rowOf(index), 0);
}

/** Octets of the name of entry 1 to 61. */
export function staticNameLength(index: u32): u32 {
  return u32Of(rowOf(index), 8);
}

/** The text "name: value" of entry 1 to 61. */
export function staticText(index: u32): u32 {
  const row = rowOf(index);
  if (u32Of(row, 12) == 0) setU32(row, 12, intern(u32Of(row, 0), u32Of(row, 4)));
  return u32Of(row, 12);
}
