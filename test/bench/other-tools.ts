import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Transform } from 'node:stream';

/** What another program took for the same file. */
export interface Comparison {
  /** The command, with FILE for the file. */
  readonly command: string;
  /** undefined where it was not done in time. */
  readonly milliseconds: number | undefined;
}

/** Milliseconds that another program may take. */
const PATIENCE = 400_000;

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** tshark with its own count of HTTP requests and responses; undefined where it is not installed. */
export async function timeTshark(path: string): Promise<Comparison | undefined> {
  if (!isInstalled('tshark')) return undefined;
  const options = ['-q', '-z', 'http,tree'];
  const began = performance.now();
  const code = await new Promise<number | null>((end, fail) => {
    const child = spawn('tshark', ['-n', '-r', path, ...options], { stdio: 'ignore', timeout: PATIENCE });
    child.once('exit', end);
    child.once('error', fail);
  });
  const milliseconds = code === 0 ? performance.now() - began : undefined;
  return { command: `tshark -n -r FILE ${options.join(' ')}`, milliseconds };
}

/** The npm package has no types: a stream that takes octets and gives packets. */
function newPcapNgParser(): Transform {
  const load: (name: string) => unknown = createRequire(import.meta.url);
  const Parser = load('pcap-ng-parser');
  const parser: unknown = typeof Parser === 'function' ? Reflect.construct(Parser, []) : undefined;
  if (parser instanceof Transform) return parser;
  throw new Error('pcap-ng-parser no longer is a stream');
}

/** A parser of npm that frames packets and does no more, on the file as pcapng; undefined where editcap is missing. */
export async function timePcapNgParser(path: string, folder: string): Promise<Comparison | undefined> {
  if (!isInstalled('editcap')) return undefined;
  mkdirSync(folder, { recursive: true });
  const converted = `${folder}/converted.pcapng`;
  try {
    execFileSync('editcap', ['-F', 'pcapng', path, converted]);
    const began = performance.now();
    const milliseconds = await new Promise<number | undefined>((end) => {
      const stream = createReadStream(converted);
      const parser = stream.pipe(newPcapNgParser());
      parser.on('data', () => undefined);
      parser.on('end', () => end(performance.now() - began));
      parser.on('error', () => end(undefined));
    });
    return { command: 'pcap-ng-parser in Node, packets framed only', milliseconds };
  } finally {
    rmSync(converted, { force: true });
  }
}
