import { nameOfFiles } from '../../src/model/file-names.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { CaptureFile } from './contents.ts';

/** An octet of the capture, told by its file. */
export interface FilePlace {
  /** Index of the file. */
  readonly file: number;
  readonly name: string;
  /** Where in that file. */
  readonly offset: Bytes;
}

/** The files of a capture, one after another: offsets of packets, sections and issues count over all of them. */
export class SourceFiles {
  readonly files: readonly CaptureFile[];
  /** Where each file begins. */
  readonly starts: readonly Bytes[];
  /** All octets; of one file, that file itself. Nothing is copied. */
  readonly blob: Blob;

  constructor(files: readonly CaptureFile[]) {
    this.files = files;
    let end = 0;
    this.starts = files.map(({ blob }) => {
      const start = end;
      end += blob.size;
      return start;
    });
    const [only] = files;
    this.blob = only && files.length === 1 ? only.blob : new Blob(files.map(({ blob }) => blob));
  }

  /** Whether there is more than one file, so that it matters which one is meant. */
  get areSeveral(): boolean {
    return this.files.length > 1;
  }

  /** What all of them are called. */
  get name(): string {
    return nameOfFiles(this.files.map(({ name }) => name));
  }

  /** The file that has an octet. */
  place(offset: Bytes): FilePlace {
    let low = 0;
    for (let high = this.starts.length; high - low > 1;) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { file: low, name: this.files[low]?.name ?? '', offset: offset - (this.starts[low] ?? 0) };
  }
}
