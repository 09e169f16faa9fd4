import type { Bytes } from '../../src/model/units.ts';

/** What {@link JsonEntries} tells. Octets are borrowed: they are overwritten later. */
export interface EntryListener {
  /** An element of `log.entries` as it stands in the file, from the octet `start` to the one before `end`. */
  readonly entry: (octets: Uint8Array, start: Bytes, end: Bytes) => void;
  /** An element that is longer than the cap, or whose brackets or quotes do not match. */
  readonly unreadable: (why: 'too-long' | 'malformed', start: Bytes) => void;
  /** A value beside the entries: `version`, `creator` or `browser`. */
  readonly property: (name: string, octets: Uint8Array) => void;
}

/** How far a file came. */
export interface EntriesEnd {
  /** Whether `log.entries` is there. */
  readonly hasEntries: boolean;
  /** Whether the outermost object was closed. */
  readonly isClosed: boolean;
  /** Where an entry begins that has no end; undefined where there is none. */
  readonly cutEntry: Bytes | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LF = 10;
const CR = 13;

/** Levels of `{"log":{"entries":[…]}}` that were entered. */
const Place = { OUTSIDE: 0, ROOT: 1, LOG: 2, ENTRIES: 3 } as const;

const PROPERTIES: ReadonlySet<string> = new Set(['version', 'creator', 'browser']);

/** First members of an entry, by which one is found again behind damage: no other object of a HAR begins with them. */
const FIRST_MEMBERS: ReadonlySet<string> = new Set([
  ...['startedDateTime', 'pageref', 'time', 'request', 'cache', 'connection', 'serverIPAddress'],
]);

/** Octets of a member's name that are looked at. */
const NAME_OCTETS = 32;

interface Value {
  readonly isEntry: boolean;
  readonly start: Bytes;
}

/**
 * Finds the elements of `log.entries` of a HAR file, octet by octet, so that the file is never one string. What stands before the
 * first brace (a byte order mark, the function of JSONP) and behind the last is passed over. Behind an element that is damaged it
 * goes on where the next one seems to begin.
 */
export class JsonEntries {
  readonly #listener: EntryListener;
  readonly #cap: Bytes;
  /** Octets of the file before the piece at hand. */
  #before: Bytes = 0;
  #place: number = Place.OUTSIDE;
  /** Brackets that are open inside the place. */
  #open: number[] = [];
  /** The last octet that was no white space and in no string; the quote for a string. */
  #last = 0;
  #inString = false;
  #isEscaped = false;
  #isName = false;
  #name: number[] = [];
  #afterColon = false;
  #isClosed = false;
  #hasEntries = false;
  #value: Value | undefined;
  /** The part of the value that stood in pieces before. */
  #held = new Uint8Array(1 << 16);
  #heldOctets = 0;
  /** Where the value goes on in the piece at hand. */
  #from = 0;
  #isTooLong = false;
  /** Looking for the next entry behind damage: where its brace stands, once one was seen. */
  #isLost = false;
  #brace: Bytes = -1;

  constructor(listener: EntryListener, cap: Bytes) {
    this.#listener = listener;
    this.#cap = cap;
  }

  /** Takes the next octets of the file. */
  push(piece: Uint8Array): void {
    this.#from = 0;
    const marks = new StringMarks(piece);
    for (let at = 0; at < piece.length; at++) {
      // Most of a file is the texts of contents.
      if (this.#inString && !this.#isName && !this.#isEscaped && !this.#isLost) {
        at = marks.next(at);
        if (at >= piece.length) break;
      }
      const octet = piece[at] ?? 0;
      if (this.#isLost) this.#find(octet, at);
      else if (this.#inString) this.#string(octet, piece, at);
      else this.#token(octet, piece, at);
    }
    if (this.#value) this.#hold(piece.subarray(this.#from));
    this.#before += piece.length;
  }

  /** What the file was, now that it is over. */
  finish(): EntriesEnd {
    const cutEntry = this.#value?.isEntry === true ? this.#value.start : undefined;
    return { hasEntries: this.#hasEntries, isClosed: this.#isClosed, cutEntry };
  }

  #string(octet: number, piece: Uint8Array, at: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (octet === BACKSLASH) this.#isEscaped = true;
    else if (octet === QUOTE) {
      this.#inString = false;
      if (!this.#isName && this.#value && this.#open.length === 0) this.#end(piece, at + 1);
    } else if (octet === LF || octet === CR) {
      // A string ends before its line does: a quote is missing, or one too many.
      this.#inString = false;
      if (this.#place === Place.ENTRIES) this.#lose();
    } else if (this.#isName && this.#name.length < NAME_OCTETS) this.#name.push(octet);
  }

  #token(octet: number, piece: Uint8Array, at: number): void {
    if (octet === 0x20 || octet === LF || octet === CR || octet === 9) {
      if (this.#value && this.#open.length === 0) this.#end(piece, at);
      return;
    }
    const before = this.#last;
    this.#last = octet;
    const isInside = this.#value !== undefined || this.#open.length > 0;
    if (!isInside && this.#isPlaces(octet, at)) return;
    switch (octet) {
      case QUOTE:
        this.#inString = true;
        this.#isName = false;
        return;
      case OPEN_OBJECT:
        if (before === COMMA && this.#isMemberNext()) {
          // An object where the name of a member has to be: a brace of the entry before is missing.
          this.#lose();
          this.#find(octet, at);
          return;
        }
        this.#open.push(octet);
        return;
      case OPEN_ARRAY:
        this.#open.push(octet);
        return;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        this.#close(octet, piece, at);
        return;
      case COMMA:
        if (this.#value && this.#open.length === 0) this.#end(piece, at);
    }
  }

  /** Takes an octet that belongs to the place itself; false where it is of a value in it. */
  #isPlaces(octet: number, at: number): boolean {
    switch (this.#place) {
      case Place.OUTSIDE:
        if (octet === OPEN_OBJECT && !this.#isClosed) this.#place = Place.ROOT;
        return true;
      case Place.ENTRIES:
        // A brace too many closes nothing.
        if (octet === COMMA || octet === CLOSE_OBJECT) return true;
        if (octet === CLOSE_ARRAY) this.#place = Place.LOG;
        else this.#begin(true, at);
        return octet === CLOSE_ARRAY;
      default:
        return this.#isMembers(octet, at);
    }
  }

  /** Takes an octet between the members of the root or the log. */
  #isMembers(octet: number, at: number): boolean {
    if (this.#afterColon) {
      this.#afterColon = false;
      const name = String.fromCharCode(...this.#name);
      const isLog = this.#place === Place.ROOT && name === 'log' && octet === OPEN_OBJECT;
      const isEntries = this.#place === Place.LOG && name === 'entries' && octet === OPEN_ARRAY;
      if (isLog || isEntries) this.#place++;
      else if (this.#place === Place.LOG && PROPERTIES.has(name)) this.#begin(false, at);
      this.#hasEntries ||= isEntries;
      return isLog || isEntries;
    }
    if (octet === COLON) this.#afterColon = true;
    else if (octet === CLOSE_OBJECT) {
      this.#place--;
      this.#isClosed = this.#place === Place.OUTSIDE;
    } else if (octet === QUOTE) {
      this.#inString = true;
      this.#isName = true;
      this.#name = [];
    }
    return true;
  }

  #close(octet: number, piece: Uint8Array, at: number): void {
    const opened = this.#open.pop();
    if (opened === undefined) {
      // A number, true, false or null that ends with what it is in.
      this.#end(piece, at);
      this.#token(octet, piece, at);
    } else if ((opened === OPEN_OBJECT) !== (octet === CLOSE_OBJECT) && this.#place === Place.ENTRIES) {
      this.#lose();
    } else if (this.#open.length === 0 && this.#value) this.#end(piece, at + 1);
  }

  /** Whether an object in an entry is open, and nothing inside it. */
  #isMemberNext(): boolean {
    return this.#place === Place.ENTRIES && this.#open.at(-1) === OPEN_OBJECT;
  }

  #begin(isEntry: boolean, at: number): void {
    this.#value = { isEntry, start: this.#before + at };
    this.#from = at;
    this.#heldOctets = 0;
    this.#isTooLong = false;
  }

  /** The value ends before the octet at `to` of the piece. */
  #end(piece: Uint8Array, to: number): void {
    const value = this.#value;
    if (!value) return;
    const rest = piece.subarray(this.#from, to);
    if (this.#heldOctets > 0 || rest.length > this.#cap) this.#hold(rest);
    const octets = this.#heldOctets > 0 ? this.#held.subarray(0, this.#heldOctets) : rest;
    this.#value = undefined;
    if (!value.isEntry) {
      if (!this.#isTooLong) this.#listener.property(String.fromCharCode(...this.#name), octets);
    } else if (this.#isTooLong) this.#listener.unreadable('too-long', value.start);
    else this.#listener.entry(octets, value.start, this.#before + to);
  }

  #hold(octets: Uint8Array): void {
    const size = this.#heldOctets + octets.length;
    if (this.#isTooLong || size > this.#cap) {
      this.#isTooLong = true;
      return;
    }
    if (size > this.#held.length) {
      const larger = new Uint8Array(Math.min(Math.max(size, this.#held.length * 2), this.#cap));
      larger.set(this.#held.subarray(0, this.#heldOctets));
      this.#held = larger;
    }
    this.#held.set(octets, this.#heldOctets);
    this.#heldOctets = size;
  }

  /** The entry at hand cannot be told from what follows. */
  #lose(): void {
    if (this.#value) this.#listener.unreadable('malformed', this.#value.start);
    this.#value = undefined;
    this.#open = [];
    this.#isLost = true;
    this.#brace = -1;
    this.#inString = false;
    this.#isEscaped = false;
  }

  /** Looks for a brace and the name of an entry's first member behind it. */
  #find(octet: number, at: number): void {
    if (this.#inString) {
      if (octet !== QUOTE) {
        if (this.#name.length < NAME_OCTETS) this.#name.push(octet);
        return;
      }
      this.#inString = false;
      const name = String.fromCharCode(...this.#name);
      if (FIRST_MEMBERS.has(name) || name.startsWith('_')) this.#resume(name, at + 1);
      this.#brace = -1;
    } else if (octet === OPEN_OBJECT) this.#brace = this.#before + at;
    else if (octet === QUOTE && this.#brace >= 0) {
      this.#inString = true;
      this.#name = [];
    } else if (octet !== 0x20 && octet !== LF && octet !== CR && octet !== 9) this.#brace = -1;
  }

  #resume(name: string, from: number): void {
    this.#begin(true, from);
    this.#value = { isEntry: true, start: this.#brace };
    this.#hold(new TextEncoder().encode(`{"${name}"`));
    this.#open = [OPEN_OBJECT];
    this.#isLost = false;
  }
}

/** Where the octets are in a piece that mean something in a string: a quote, a backslash, the end of a line. */
class StringMarks {
  readonly #piece: Uint8Array;
  /** Of each kind, the next one that was found: looked for anew once it was passed. */
  #quote = -1;
  #backslash = -1;
  #lineFeed = -1;
  #return = -1;

  constructor(piece: Uint8Array) {
    this.#piece = piece;
  }

  /** The next of them at or behind `at`; the end of the piece where there is none. */
  next(at: number): number {
    if (this.#quote < at) this.#quote = this.#find(QUOTE, at);
    if (this.#backslash < at) this.#backslash = this.#find(BACKSLASH, at);
    if (this.#lineFeed < at) this.#lineFeed = this.#find(LF, at);
    if (this.#return < at) this.#return = this.#find(CR, at);
    return Math.min(this.#quote, this.#backslash, this.#lineFeed, this.#return);
  }

  #find(octet: number, at: number): number {
    const found = this.#piece.indexOf(octet, at);
    return found < 0 ? this.#piece.length : found;
  }
}
