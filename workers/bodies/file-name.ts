import type { ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { fieldLines, fieldOf } from '../field-lines.ts';
import { fileNameOf, parseMediaType } from './media-type.ts';

/** What files of these types are called. */
const EXTENSIONS: Readonly<Record<string, string | undefined>> = {
  'application/json': 'json',
  'application/javascript': 'js',
  'text/javascript': 'js',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/x-www-form-urlencoded': 'txt',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'image/x-icon': 'ico',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/xml': 'xml',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
};

/** Characters of a name: file systems take 255 octets. */
const LONGEST = 80;

/** A name for a saved body: the one the message gives, else the end of the target; safe in any file system. */
export function fileName(
  core: Core,
  exchange: ExchangeRow,
  side: 'request' | 'response',
  contentType: string,
  form: 'content' | 'wire',
): string {
  const { exchanges, messages } = core.tables;
  const lines = fieldLines(core, messages.section(exchange * 2 + (side === 'response' ? 1 : 0)));
  const given = safeName(fileNameOf(fieldOf(lines, 'content-disposition') ?? '') ?? '');
  const path = core.text(exchanges.target(exchange)).split(/[?#]/, 1)[0] ?? '';
  const last = side === 'response' ? safeName(path.slice(path.lastIndexOf('/') + 1)) : '';
  const extension = EXTENSIONS[parseMediaType(contentType).name] ?? 'bin';
  const name = given || last || `exchange-${exchange}-${side}`;
  const whole = /\.[A-Za-z0-9]{1,8}$/.test(name) ? name : `${name}.${extension}`;
  return form === 'wire' ? `${whole}.wire` : whole;
}

function safeName(name: string): string {
  const plain = name.replace(/[\u0000-\u001f\u007f\\/:*?"<>|%\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '_');
  return plain.replace(/^[.\s]+|[.\s]+$/g, '').slice(-LONGEST);
}
