import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { Core } from '../../workers/core.ts';
import { root } from '../support/stale.ts';

/** Where an arm of an if, or a function, begins in the core. */
interface Branch {
  readonly name: string;
  readonly isFunction: boolean;
}

const FUNCTION = /^ \(func \$(\S+)/;
const SIGNATURE_ENDS = /^ {2}(?!\(local )/;

/** The text of a module in which every function and every arm of every `if` calls `$hit` with its number; and what the numbers are. */
function instrument(text: string): { readonly text: string; readonly branches: readonly Branch[] } {
  const branches: Branch[] = [];
  const lines: string[] = [];
  /** Indentations of the `if`s that are open, and whether each has an `else`. */
  const open: { readonly indent: number; hasElse: boolean }[] = [];
  let current = '';
  let isEntering = false;
  const hit = (isFunction: boolean): readonly string[] => [
    `i32.const ${branches.push({ name: current, isFunction }) - 1}`,
    'call $hit',
  ];
  for (const line of text.split('\n')) {
    const named = FUNCTION.exec(line);
    if (named) {
      current = named[1] ?? '';
      isEntering = true;
    } else if (isEntering && SIGNATURE_ENDS.test(line)) {
      isEntering = false;
      lines.push(...hit(true));
    }
    const indent = line.search(/\S/);
    const word = line.trim().split(' ')[0];
    const last = open.at(-1);
    if (word === 'else' && last?.indent === indent) last.hasElse = true;
    if (word === 'end' && last?.indent === indent) {
      if (!last.hasElse) lines.push('else', ...hit(false));
      open.pop();
    }
    lines.push(line);
    if (word === 'else') lines.push(...hit(false));
    if (word === 'if') {
      open.push({ indent, hasElse: false });
      lines.push(...hit(false));
    }
  }
  // Imports stand before everything that is no type.
  lines.splice(1, 0, ' (import "env" "hit" (func $hit (param i32)))');
  return { text: lines.join('\n'), branches };
}

function compileText(): string {
  const folder = mkdtempSync(join(tmpdir(), 'offwire-coverage-'));
  const file = join(folder, 'core.wat');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/assemblyscript/bin/asc.js'),
      'workers/assembly/index.ts',
      ...['--textFile', file, '--debug'],
      // Not optimised: functions stand as they were written.
      ...[
        '--noAssert',
        '--runtime',
        'stub',
        '--enable',
        'simd',
        '--maximumMemory',
        '65536',
        '--disableWarning',
        '201',
      ],
      ...['--baseDir', root],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the core does not compile: ${stderr}`);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return text;
}

/** How many of all were run. */
export interface Share {
  readonly run: number;
  readonly all: number;
}

/** A core that notes which of its functions and branches were run. */
export class CoverageCore {
  readonly #module: WebAssembly.Module;
  readonly #branches: readonly Branch[];
  readonly #hits: Uint8Array;

  constructor() {
    const { text, branches } = instrument(compileText());
    const parsed = binaryen.parseText(text);
    parsed.setFeatures(binaryen.Features.All);
    this.#module = new WebAssembly.Module(new Uint8Array(parsed.emitBinary()));
    this.#branches = branches;
    this.#hits = new Uint8Array(branches.length);
  }

  /** A fresh core that counts. */
  create(): Promise<Core> {
    return Core.create(this.#module, {
      hit: (branch: number) => {
        this.#hits[branch] = 1;
      },
    });
  }

  /** Branches that were run so far, to tell whether an input reached something new. */
  get reached(): number {
    return this.#hits.reduce((sum, hit) => sum + hit, 0);
  }

  /** Functions, or arms of ifs, that were run. */
  share(isFunction: boolean): Share {
    const wanted = this.#branches.map((branch) => branch.isFunction === isFunction);
    const all = wanted.filter(Boolean).length;
    return { run: this.#hits.reduce((sum, hit, index) => sum + (wanted[index] ? hit : 0), 0), all };
  }

  /** Functions that no input reached. */
  get unreached(): readonly string[] {
    return this.#branches.flatMap(({ name, isFunction }, index) =>
      isFunction && this.#hits[index] === 0 ? [name] : [],
    );
  }
}
