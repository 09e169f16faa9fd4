import { fieldName, fieldValue, sentName } from '../field-lines.ts';

/** The lines with this (lower-case) name, as sent. */
export function linesOf(lines: readonly string[], name: string): readonly string[] {
  return lines.filter((line) => fieldName(line) === name);
}

/** All values of a field as one list (RFC 9110 section 5.3): `chunked, chunked`. */
export function combined(lines: readonly string[], name: string): string {
  return linesOf(lines, name).map(fieldValue).join(', ');
}

/** Whether the names of these lines are written in more than one way. */
export function isSpelledDifferently(lines: readonly string[]): boolean {
  return new Set(lines.map(sentName)).size > 1;
}
