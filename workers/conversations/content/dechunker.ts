import type { Bytes } from '../../../src/model/units.ts';

/** Octets of a chunk-size line with its extensions, at most; the core has the same limit. */
const SIZE_LINE_OCTETS = 4096;

const LF = 0x0a;

type Step = 'size' | 'data' | 'data-end' | 'over';

/** Removes chunk framing (RFC 9112 section 7.1) piece by piece, as it comes. */
export class Dechunker {
  #step: Step = 'size';
  #line = '';
  #remaining = 0;
  #problem: string | undefined;

  /** The last chunk was seen, or the framing cannot be read on. */
  get isOver(): boolean {
    return this.#step === 'over';
  }

  /** Why it cannot be read on. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes octets; answers the content among them, as views. */
  push(octets: Uint8Array): readonly Uint8Array[] {
    const content: Uint8Array[] = [];
    for (let at = 0; at < octets.length && this.#step !== 'over';) {
      if (this.#step === 'data') {
        const part = octets.subarray(at, at + this.#remaining);
        content.push(part);
        this.#take(part.length);
        at += part.length;
      } else {
        const lineEnd = octets.indexOf(LF, at);
        const end = lineEnd < 0 ? octets.length : lineEnd;
        this.#line += new TextDecoder('latin1').decode(octets.subarray(at, end));
        at = end + 1;
        if (lineEnd >= 0) this.#endLine();
        else if (this.#line.length > SIZE_LINE_OCTETS) this.#stop('a chunk-size line does not end');
      }
    }
    return content;
  }

  /** Octets that the capture does not have: false where it is not known what they were. */
  skip(missing: Bytes): boolean {
    if (this.#step !== 'data' || missing > this.#remaining) {
      this.#step = 'over';
      return false;
    }
    this.#take(missing);
    return true;
  }

  #take(octets: Bytes): void {
    this.#remaining -= octets;
    if (this.#remaining === 0) this.#step = 'data-end';
  }

  #endLine(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    if (this.#step === 'data-end') {
      if (line === '') this.#step = 'size';
      else this.#stop('the CR LF after a chunk is missing');
      return;
    }
    const size = /^([0-9a-fA-F]{1,15})[ \t]*(;.*)?$/s.exec(line)?.[1];
    if (size === undefined) {
      this.#stop(`a chunk size is no hexadecimal number: “${line.trim().slice(0, 20)}”`);
      return;
    }
    this.#remaining = parseInt(size, 16);
    this.#step = this.#remaining === 0 ? 'over' : 'data';
  }

  #stop(problem: string): void {
    this.#problem = `The chunk framing is broken: ${problem}.`;
    this.#step = 'over';
  }
}
