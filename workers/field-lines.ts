import type { Core } from './core.ts';

/** The field lines of a section, as sent, in order. `section` is the row of the sections table plus one; 0 has no lines. */
export function fieldLines(core: Core, section: number): readonly string[] {
  if (section === 0) return [];
  const { sections, lines } = core.tables;
  const first = sections.firstLine(section - 1);
  return Array.from({ length: sections.lines(section - 1) }, (_, index) =>
    core.text(lines.text(first + index)),
  );
}

/** Where the name of a field line ends; -1 where it has no colon. Names of HTTP/2's pseudo-header fields begin with one. */
function nameEnd(line: string): number {
  return line.indexOf(':', line.startsWith(':') ? 1 : 0);
}

/** Name of a field line as it was sent; all of the line where it has no colon. */
export function sentName(line: string): string {
  const colon = nameEnd(line);
  return (colon < 0 ? line : line.slice(0, colon)).trim();
}

/** Name of a field line in lower case: names are case-insensitive (RFC 9110 section 5.1). */
export function fieldName(line: string): string {
  return sentName(line).toLowerCase();
}

/** Value of a field line without the white space around it; '' where the line has no colon. */
export function fieldValue(line: string): string {
  const colon = nameEnd(line);
  return colon < 0 ? '' : line.slice(colon + 1).trim();
}

/** The value of the first field line with this lower-case name; undefined where there is none. */
export function fieldOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((candidate) => fieldName(candidate) === name);
  return line === undefined ? undefined : fieldValue(line);
}
