import { Framing, MessageState, Violation } from '../../src/model/exchange.ts';
import { formatAmount, formatBytes, formatCount } from '../../src/model/format.ts';
import type { IssueSeverity } from '../../src/model/issue.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes, Nanoseconds } from '../../src/model/units.ts';
import { type Core, StopReason } from '../core.ts';
import { type PumpEnd, type PumpHooks, SLICE_OCTETS } from '../pump.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import { appendFrames } from './har-frames.ts';
import { harEntry, type HarEntry, type HarMessage, type Instant } from './har-entry.ts';
import { JsonEntries } from './json-entries.ts';
import { type Reported, reportedFor } from './reported.ts';

/** Flow of an exchange that has no packets. */
const NO_FLOW = 0xffffffff;

/** Damaged entries that are told one by one; further ones are counted. */
const TOLD = 10;

/** What lines of a HAR file cannot show: they are written from values, not copied from the wire. */
const NOT_REPORTED = Violation.HOST_MISSING | Violation.BARE_LF | Violation.OBS_FOLD;

const UTF8 = new TextEncoder();
const TEXT = new TextDecoder();

/** What is asked of the reading, besides its file. */
export interface HarOptions {
  /** Octets of one piece at most. */
  readonly sliceOctets?: Bytes;
  /** Where the file's first octet stands among the octets of all files. */
  readonly start?: Bytes;
  /** Its name, where issues have to tell it from others. */
  readonly name?: string;
}

/**
 * Reads a HAR file from front to back into the exchanges table, entry by entry: no string is longer than one entry. What cannot
 * be read is an issue, the rest is kept, whatever ended the reading.
 */
export async function readHar(
  core: Core,
  reader: BlobReader,
  hooks: PumpHooks,
  options: HarOptions = {},
): Promise<PumpEnd> {
  const filler = new HarFiller(core, options.start ?? 0, options.name ?? '');
  let bytesRead = 0;
  try {
    for await (const piece of reader.pieces(options.sliceOctets ?? SLICE_OCTETS)) {
      if (hooks.isCancelled()) return { kind: 'cancelled' };
      filler.push(piece);
      bytesRead += piece.length;
      hooks.analysed(bytesRead);
    }
  } catch (error) {
    if (error instanceof ReadError) return { kind: 'unreadable', error };
    throw error;
  }
  if (hooks.isCancelled() && bytesRead < reader.size) return { kind: 'cancelled' };
  return filler.finish(bytesRead) ? { kind: 'end' } : { kind: 'stopped', reason: StopReason.NOT_A_CAPTURE };
}

/** Fills the core's tables with the entries of one file. */
class HarFiller {
  readonly #core: Core;
  readonly #start: Bytes;
  readonly #name: string;
  readonly #reported: Reported;
  readonly #entries: JsonEntries;
  #elements = 0;
  #damaged = 0;
  #unheard = 0;
  #origin: Instant | undefined;

  constructor(core: Core, start: Bytes, name: string) {
    this.#core = core;
    this.#start = start;
    this.#name = name;
    this.#reported = reportedFor(core);
    this.#entries = new JsonEntries(
      {
        entry: (octets, from, to) => this.#entry(octets, from, to),
        unreadable: (why, from) => this.#unreadable(why, from),
        property: () => undefined,
      },
      LIMITS.HAR_ENTRY_OCTETS,
    );
  }

  push(piece: Uint8Array): void {
    this.#entries.push(piece);
  }

  /** Tells what was cut; false where the file has no list of entries at all. */
  finish(size: Bytes): boolean {
    const { hasEntries, isClosed, cutEntry } = this.#entries.finish();
    if (this.#unheard > 0) {
      this.#tell(
        'har-entry-broken',
        'warning',
        `${formatAmount(this.#unheard, 'more entry', 'more entries')} could not be read.`,
        'See the first ones.',
        this.#unheard,
      );
    }
    if (hasEntries && !isClosed) {
      const where =
        cutEntry === undefined
          ? 'behind its last entry'
          : `inside entry ${formatCount(this.#elements + 1)}, which begins at byte ${formatCount(cutEntry)}`;
      this.#tell(
        'har-cut',
        'warning',
        `Byte ${formatCount(size)}: the file ends ${where}; its JSON is not complete. ${formatAmount(this.#elements - this.#damaged, 'whole entry is', 'whole entries are')} shown.`,
        'Export the file again, and wait until the browser has written it; or copy it again.',
      );
    }
    return hasEntries;
  }

  #entry(octets: Uint8Array, from: Bytes, to: Bytes): void {
    this.#elements++;
    let value: unknown;
    try {
      value = JSON.parse(TEXT.decode(octets));
    } catch (error) {
      this.#broken(from, `it is no valid JSON (${error instanceof Error ? error.message : String(error)})`);
      return;
    }
    const entry = harEntry(value);
    if (entry.ok) this.#fill(entry.value, from, to);
    else this.#broken(from, entry.error);
  }

  #fill(entry: HarEntry, from: Bytes, to: Bytes): void {
    const core = this.#core;
    const begun = this.#time(entry.started);
    const [sent, wasSent, answered, over] = entry.times.map((time) => begun + time);
    const row = core.append('exchanges', {
      flow: NO_FLOW,
      method: this.#text(entry.method),
      target: this.#text(entry.target),
      authority: this.#text(entry.authority),
      reason: this.#text(entry.reason),
      status: entry.status,
      stream: appendFrames(core, core.tables.exchanges.rows, entry.frames),
    });
    this.#message(entry.request, sent, wasSent);
    this.#message(entry.response, answered, over);
    this.#reported.add(row, {
      start: this.#start + from,
      end: this.#start + to,
      server: entry.server,
      phases: entry.phases,
      ...(entry.failure === '' ? {} : { failure: entry.failure }),
    });
    this.#reported.requests++;
    if (entry.response) this.#reported.responses++;
    const reported = this.#reported;
    reported.counts.set(this.#start, (reported.counts.get(this.#start) ?? 0) + 1);
    for (const time of [begun, over]) {
      if (time === undefined || Number.isNaN(time)) continue;
      reported.earliest = Math.min(reported.earliest, time);
      reported.latest = Math.max(reported.latest, time);
    }
  }

  #message(message: HarMessage | undefined, start: Nanoseconds = NaN, end: Nanoseconds = NaN): void {
    const core = this.#core;
    if (!message) {
      core.append('messages', { start: NaN, end: NaN, state: MessageState.ABSENT });
      return;
    }
    const section = message.section === '' ? 0 : core.internSection(UTF8.encode(message.section));
    core.append('messages', {
      start,
      end,
      bodyOctets: message.bodyOctets,
      headOctets: message.headOctets,
      section,
      violations: section === 0 ? 0 : core.tables.sections.violations(section - 1) & ~NOT_REPORTED,
      state: MessageState.COMPLETE,
      framing: Framing.REPORTED,
      version: message.version,
    });
  }

  /** Nanoseconds since the start of the capture, which the first entry sets where no packet did; NaN for an unknown time. */
  #time(instant: Instant | undefined): Nanoseconds {
    if (!instant) return NaN;
    if (!this.#origin) {
      this.#core.setStart(instant.seconds, instant.nanoseconds);
      this.#origin = this.#core.start;
    }
    return (instant.seconds - this.#origin.seconds) * 1e9 + (instant.nanoseconds - this.#origin.nanoseconds);
  }

  #text(text: string): number {
    return text === '' ? 0 : this.#core.intern(UTF8.encode(text));
  }

  #unreadable(why: 'too-long' | 'malformed', from: Bytes): void {
    this.#elements++;
    const { HAR_ENTRY_OCTETS } = LIMITS;
    if (why === 'too-long') this.#broken(from, `it has more than ${formatBytes(HAR_ENTRY_OCTETS)}`);
    else this.#broken(from, 'its brackets or quotes do not match');
  }

  #broken(from: Bytes, why: string): void {
    this.#damaged++;
    if (this.#damaged > TOLD) {
      this.#unheard++;
      return;
    }
    this.#tell(
      'har-entry-broken',
      'warning',
      `Entry ${formatCount(this.#elements)} at byte ${formatCount(from)} could not be read: ${why}. It is left out; the others are shown.`,
      'Export the file again. If an editor or a script changed it, look at this entry.',
    );
  }

  #tell(code: string, severity: IssueSeverity, sentence: string, remedy: string, count = 1): void {
    const place = { firstPacket: 0, lastPacket: 0 };
    const told = this.#name === '' ? sentence : `${this.#name}: ${sentence}`;
    this.#reported.issues.push({ code, severity, blame: 'capture', sentence: told, remedy, count, ...place });
  }
}
