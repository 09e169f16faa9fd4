import { readdirSync, readFileSync } from 'node:fs';

/** Most memory that the page's process held, in octets. */
export interface PeakMemory {
  /** Its own: anonymous and shared pages (RssAnon + RssShmem), sampled. Chromium's program text is not counted. */
  readonly own: number;
  /** The kernel's high-water mark of all resident pages (VmHWM), Chromium's mapped program included. */
  readonly resident: number;
}

/** Milliseconds between two samples. */
const INTERVAL = 40;

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process ended.
    return '';
  }
}

/** Processes below this one, itself included. */
function descendants(ancestor: number): ReadonlySet<number> {
  const found = new Set([ancestor]);
  const ids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(
    ids.map((id) => [id, Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${id}/status`))?.[1])]),
  );
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [id, parent] of parents) if (found.has(parent)) found.add(id);
  }
  return found;
}

function renderers(browser: number): readonly number[] {
  return [...descendants(browser)].filter((id) => read(`/proc/${id}/cmdline`).includes('--type=renderer'));
}

function kibibytes(status: string, name: string): number {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** Watches a browser's renderers until stopped; answers the peak of the one that held most: the page that works. Linux only. */
export function watchMemory(browser: number): { stop(): PeakMemory } {
  const processes = renderers(browser);
  let own = 0;
  let resident = 0;
  const sample = (): void => {
    for (const id of processes) {
      const status = read(`/proc/${id}/status`);
      own = Math.max(own, kibibytes(status, 'RssAnon') + kibibytes(status, 'RssShmem'));
      resident = Math.max(resident, kibibytes(status, 'VmHWM'));
    }
  };
  const timer = setInterval(sample, INTERVAL);
  return {
    stop(): PeakMemory {
      clearInterval(timer);
      sample();
      return { own, resident };
    },
  };
}
