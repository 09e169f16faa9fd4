import { formatCount } from '../../src/model/format.ts';

/** A Content-Range value in words (RFC 9110 section 14.4): "bytes 0 to 99 of 1,000"; undefined where there is none. */
export function rangeWords(value: string): string | undefined {
  if (value === '') return undefined;
  const range = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(value);
  if (range) {
    const [, first = '', last = '', size = ''] = range;
    const of = size === '*' ? 'an unknown size' : formatCount(Number(size));
    return `bytes ${formatCount(Number(first))} to ${formatCount(Number(last))} of ${of}`;
  }
  const none = /^\s*bytes\s+\*\/(\d+)\s*$/i.exec(value)?.[1];
  if (none !== undefined) return `none of ${formatCount(Number(none))} bytes: the range asked for is outside`;
  return `“${value.slice(0, 60)}”, which is no range of bytes`;
}

/** First octet of a Content-Range; undefined where it has none. */
export function rangeStart(value: string): number | undefined {
  const first = /^\s*bytes\s+(\d+)-/i.exec(value)?.[1];
  return first === undefined ? undefined : Number(first);
}
