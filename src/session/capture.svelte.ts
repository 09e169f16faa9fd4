import { tick } from 'svelte';
import { nameOfFiles } from '../model/file-names.ts';
import type { Findings } from '../model/finding.ts';
import type { Analysis, Listener, OpenError, Progress, SkippedFile, Summary } from './worker.ts';

/** How far a capture is: nothing opened; being read; read or cancelled; no capture; the analyser broke. */
export type CaptureStatus = 'empty' | 'reading' | 'done' | 'failed' | 'broken';

/** A file that could not be opened. */
export interface CaptureFailure {
  readonly file: string;
  readonly error: OpenError;
}

/** The open capture: what was read of it, what it is, and what the rules say. */
export class CaptureState {
  #status = $state<CaptureStatus>('empty');
  #file = $state('');
  #progress = $state.raw<Progress | undefined>();
  #summary = $state.raw<Summary | undefined>();
  #findings = $state.raw<Findings | undefined>();
  #failure = $state.raw<CaptureFailure | undefined>();
  #revision = $state(0);
  #startedAt = $state(0);
  #run = 0;
  /** True once the worker can be asked about rows. */
  readonly isReadable = $derived(this.#summary !== undefined);

  get status(): CaptureStatus {
    return this.#status;
  }
  /** Name of the file that is being read or was read; of several, the first one's and how many more. */
  get file(): string {
    return this.#file;
  }
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get summary(): Summary | undefined {
    return this.#summary;
  }
  get findings(): Findings | undefined {
    return this.#findings;
  }
  get failure(): CaptureFailure | undefined {
    return this.#failure;
  }
  /** Grows whenever the tables may have grown. */
  get revision(): number {
    return this.#revision;
  }
  /** When reading began, on the clock of `performance.now()`. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /**
   * Reads files as one capture; settles when its findings are final, or it failed. `onAccepted` is called when there turned
   * out to be a capture; what is none takes nothing away: what was open stays.
   */
  async read(
    api: Analysis,
    files: readonly File[],
    droppedAt: number,
    onAccepted: () => void,
    unread: readonly SkippedFile[] = [],
  ): Promise<void> {
    const run = ++this.#run;
    const isCurrent = () => run === this.#run;
    const before = {
      status: this.#status,
      file: this.#file,
      progress: this.#progress,
      summary: this.#summary,
      findings: this.#findings,
    };
    this.#status = 'reading';
    const file = nameOfFiles((files.length > 0 ? files : unread).map(({ name }) => name));
    this.#file = file;
    this.#progress = {
      bytesRead: 0,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      packets: 0,
      isDone: false,
    };
    this.#summary = undefined;
    this.#findings = undefined;
    this.#failure = undefined;
    this.#startedAt = droppedAt;
    const accepted = { is: false };
    const accept = () => {
      if (accepted.is) return;
      accepted.is = true;
      onAccepted();
    };
    // The listener is called through a port of its own, and may be a little behind the answer of open().
    let tellFinal = () => {};
    const final = new Promise<void>((resolve) => (tellFinal = resolve));
    const listener: Listener = {
      progress: (progress) => {
        if (isCurrent()) this.#progress = progress;
      },
      summary: (summary) => {
        // The last one may come behind the answer, which holds the same.
        if (!isCurrent() || this.#status !== 'reading') return;
        accept();
        this.#setSummary(summary);
      },
      findings: (findings) => {
        if (isCurrent()) this.#findings = findings;
        if (findings.isFinal) tellFinal();
      },
    };
    const answer = await api.open(files, listener, unread);
    if (!isCurrent()) return;
    if (!answer.ok) {
      // What the listener is still told of it is nothing to show.
      this.#run++;
      this.#failure = { file, error: answer.error };
      this.#status = 'failed';
      if (before.status === 'done' && before.summary && !accepted.is) {
        this.#status = 'done';
        this.#file = before.file;
        this.#progress = before.progress;
        this.#findings = before.findings;
        this.#setSummary(before.summary);
      }
      return;
    }
    await final;
    if (!isCurrent()) return;
    accept();
    this.#status = 'done';
    this.#setSummary(answer.value);
    // Not waited for: the next file need not wait for the screen.
    void measure(
      droppedAt,
      { bytes: answer.value.bytesRead, packets: answer.value.counts.packets },
      isCurrent,
    );
  }

  /** The person has read why a file could not be opened. */
  dismissFailure(): void {
    this.#failure = undefined;
  }

  /** The worker died: what is on the screen stays there. */
  breakDown(): void {
    this.#run++;
    this.#status = 'broken';
  }

  #setSummary(summary: Summary): void {
    this.#summary = summary;
    this.#revision++;
  }
}

/** Notes how long it took from the drop until the findings are on the screen. */
async function measure(
  start: number,
  detail: { readonly bytes: number; readonly packets: number },
  isCurrent: () => boolean,
): Promise<void> {
  await tick();
  // A tab in the background paints nothing.
  if (!document.hidden) await new Promise((painted) => requestAnimationFrame(painted));
  if (isCurrent()) performance.measure('offwire:analysis', { start, detail });
}
