import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { isInstalled } from './installed.ts';
import { root } from '../support/stale.ts';

/** What another program took for the same file. */
export interface Comparison {
  /** The command, with FILE for the file. */
  readonly command: string;
  /** undefined where it failed or was not done in time. */
  readonly milliseconds: number | undefined;
}

/** Milliseconds that another program may take. */
const PATIENCE = 400_000;

async function time(program: string, options: readonly string[]): Promise<number | undefined> {
  const began = performance.now();
  const code = await new Promise<number | null>((end, fail) => {
    const child = spawn(program, options, { stdio: 'ignore', timeout: PATIENCE, cwd: root });
    child.once('exit', end);
    child.once('error', fail);
  });
  return code === 0 ? performance.now() - began : undefined;
}

/** tshark with its own count of HTTP requests and responses; undefined where it is not installed. */
export async function timeTshark(path: string): Promise<Comparison | undefined> {
  if (!isInstalled('tshark')) return undefined;
  const options = ['-q', '-z', 'http,tree'];
  const milliseconds = await time('tshark', ['-n', '-r', path, ...options]);
  return { command: `tshark -n -r FILE ${options.join(' ')}`, milliseconds };
}

/** In a process of its own: the package throws where nobody can catch. */
const NPM_PARSER = `const Parser = require('pcap-ng-parser');
let packets = 0;
const parser = require('node:fs').createReadStream(process.argv[1]).pipe(new Parser());
parser.on('data', () => packets++);
parser.on('close', () => process.exit(packets > 0 ? 0 : 1));`;

/** An npm package that frames packets and does no more, on the file as pcapng; undefined where editcap is missing. */
export async function timePcapNgParser(path: string, folder: string): Promise<Comparison | undefined> {
  if (!isInstalled('editcap')) return undefined;
  mkdirSync(folder, { recursive: true });
  const converted = `${folder}/converted`;
  const named = `${folder}/converted.pcapng`;
  try {
    execFileSync('editcap', ['-F', 'pcapng', path, converted]);
    await nameInterface(converted, named);
    return {
      command: 'pcap-ng-parser in Node (frames packets, no more)',
      milliseconds: await time(process.execPath, ['-e', NPM_PARSER, named]),
    };
  } finally {
    rmSync(converted, { force: true });
    rmSync(named, { force: true });
  }
}

/** Copies a pcapng file of one interface and gives that a name: the package fails on a description without options. */
async function nameInterface(from: string, to: string): Promise<void> {
  const start = Buffer.alloc(65_536);
  const file = openSync(from, 'r');
  readSync(file, start, 0, start.length, 0);
  closeSync(file);
  const section = start.readUInt32LE(4);
  const interfaceEnd = section + start.readUInt32LE(section + 4);
  // An interface description of 32 octets: 16 as they were, if_name, end of options, and the length again.
  const described = Buffer.alloc(32);
  start.copy(described, 0, section, section + 16);
  described.writeUInt32LE(32, 4);
  described.set([2, 0, 4, 0, ...Buffer.from('eth0'), 0, 0, 0, 0, 32, 0, 0, 0], 16);
  const output = createWriteStream(to);
  output.write(start.subarray(0, section));
  output.write(described);
  await pipeline(createReadStream(from, { start: interfaceEnd }), output);
}
