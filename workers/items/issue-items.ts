import { formatAmount, formatCount, formatDuration } from '../../src/model/format.ts';
import { IssueCode, type IssueSeverity, type IssueText } from '../../src/model/issue.ts';
import { ISSUE_TEXTS } from '../../src/model/issue-texts.ts';
import { LINK_TYPES } from '../../src/model/registries.ts';
import type { IssueItem } from '../api.ts';
import type { Core } from '../core.ts';
import type { SourceFiles } from '../source/source-files.ts';

/** The numbers that an issue's sentence is filled with; NaN for one that is not known. */
interface IssueNumbers {
  readonly found: number;
  readonly expected: number;
  readonly packets: number;
}

const RANK: Readonly<Record<IssueSeverity, number>> = { error: 0, warning: 1, note: 2 };

const TEXTS: Readonly<Record<number, IssueText | undefined>> = ISSUE_TEXTS;

/** The issues of a capture as they are shown, the worst first, then the most frequent. Of several files, each names its own. */
export function issueItems(core: Core, sources: SourceFiles): readonly IssueItem[] {
  const { issues } = core.tables;
  const items: IssueItem[] = [];
  for (let row = 0; row < issues.rows; row++) {
    const item = issueItem(core, sources, row);
    if (item) items.push(item);
  }
  return items.sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.count - a.count);
}

function issueItem(core: Core, sources: SourceFiles, row: number): IssueItem | undefined {
  const { issues, packets } = core.tables;
  const code = issues.code(row);
  const text = TEXTS[code];
  if (!text) return undefined;
  const numbers = { found: issues.found(row), expected: issues.expected(row), packets: packets.rows };
  const sentence =
    code === IssueCode.LINK_TYPE_UNKNOWN || code === IssueCode.LINK_TYPE_ALIEN
      ? linkTypeSentence(text, numbers)
      : tellIssue(text.sentence, numbers);
  return {
    code: text.id,
    severity: text.severity,
    blame: text.blame,
    sentence: `${place(code, issues.firstPacket(row), issues.firstOffset(row), sources)}: ${sentence}`,
    remedy: text.remedy,
    count: issues.count(row),
    firstPacket: issues.firstPacket(row),
    lastPacket: issues.lastPacket(row),
  };
}

/** Issues of the file's framing: they are met behind a packet, not in it. */
const FRAMING_CODES: ReadonlySet<number> = new Set([
  IssueCode.RECORD_TRUNCATED,
  IssueCode.RECORD_LENGTH,
  IssueCode.BLOCK_LENGTH,
  IssueCode.BLOCK_TRUNCATED,
  IssueCode.BLOCK_MALFORMED,
  IssueCode.SECTION_HEADER,
]);

/** Where an issue was met first: `Packet 812 at byte 1,204,388`; `Byte 1,204,388, after packet 811` for the file's framing. */
function place(code: number, packet: number, offset: number, sources: SourceFiles): string {
  const byte = Number.isNaN(offset) ? undefined : bytePlace(offset, sources);
  if (packet === 0) return byte === undefined ? 'The file' : capital(byte);
  const where = `packet ${formatCount(packet)}`;
  if (FRAMING_CODES.has(code))
    return byte === undefined ? `After ${where}` : `${capital(byte)}, after ${where}`;
  return byte === undefined ? capital(where) : `${capital(where)} at ${byte}`;
}

function bytePlace(offset: number, sources: SourceFiles): string {
  if (!sources.areSeveral) return `byte ${formatCount(offset)}`;
  const place = sources.place(offset);
  return `byte ${formatCount(place.offset)} of ${place.name}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function linkTypeSentence(text: IssueText, numbers: IssueNumbers): string {
  const name = LINK_TYPES[numbers.found];
  const sentence = tellIssue(text.sentence, numbers);
  return name === undefined ? sentence : sentence.replace(' is no', ` (${name}) is no`);
}

/** Fills the numbers of an issue into its sentence; a part in square brackets is left out where one of its numbers is not known. */
export function tellIssue(sentence: string, numbers: IssueNumbers): string {
  const values: Readonly<Record<string, number>> = { ...numbers };
  const fill = (part: string): { readonly text: string; readonly isKnown: boolean } => {
    let isKnown = true;
    const text = part.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, unit?: string) => {
      const value = values[name] ?? NaN;
      if (Number.isNaN(value)) isKnown = false;
      if (unit === undefined) return formatCount(value);
      return unit === 'time' ? formatDuration(value) : formatAmount(value, unit);
    });
    return { text, isKnown };
  };
  const optional = sentence.replace(/\[([^\]]*)\]/g, (_, part: string) => {
    const { text, isKnown } = fill(part);
    return isKnown ? text : '';
  });
  return fill(optional).text;
}
