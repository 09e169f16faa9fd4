import { SecretsType } from '../../src/model/capture.ts';
import type { Core } from '../core.ts';
import { decodeText } from '../core.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';

/** Octets of secrets that are looked through in all: 50,000 connections of TLS 1.3. */
const MOST_OCTETS = 64 << 20;

/** A line of NSS' key log that gives secrets of a connection, by the client's random. */
const KEY_LINE =
  /^(?:CLIENT_RANDOM|CLIENT_EARLY_TRAFFIC_SECRET|(?:CLIENT|SERVER)_(?:HANDSHAKE_TRAFFIC_SECRET|TRAFFIC_SECRET_0)|EXPORTER_SECRET)[ \t]+([0-9a-f]{64})[ \t]/gim;

/** The client randoms of connections whose secrets a text in the form of NSS' key log has, in lower case. */
export function* clientRandomsOf(text: string): Generator<string, void, void> {
  for (const [, random = ''] of text.matchAll(KEY_LINE)) yield random.toLowerCase();
}

/** How many TLS connections' secrets the files hold: in blocks of secrets, and in comments, where some tools put them. */
export async function countClientRandoms(core: Core, reader: BlobReader): Promise<number> {
  const found = new Set<string>();
  const { comments, secrets } = core.tables;
  for (let row = 0; row < comments.rows; row++) {
    for (const random of clientRandomsOf(core.text(comments.text(row)))) found.add(random);
  }
  let left = MOST_OCTETS;
  for (let row = 0; row < secrets.rows && left > 0; row++) {
    if (secrets.type(row) !== SecretsType.TLS_KEY_LOG) continue;
    const octets = await readSome(reader, secrets.offset(row), Math.min(secrets.octets(row), left));
    left -= octets.length;
    for (const random of clientRandomsOf(decodeText(octets))) found.add(random);
  }
  return found.size;
}

async function readSome(reader: BlobReader, start: number, size: number): Promise<Uint8Array> {
  try {
    return await reader.read(start, Math.min(start + size, reader.size));
  } catch (error) {
    if (error instanceof ReadError) return new Uint8Array();
    throw error;
  }
}
