import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from './support/stale.ts';

/** Files that tools write. */
const GENERATED = ['workers/assembly/schema.ts'];

/** Registries of numbers and names: their length is that of the standard. */
const TABLES = ['src/model/cipher-suites.ts', 'src/model/registries.ts', 'src/model/issue-texts.ts'];

/**
 * Who may import what, first match wins. A target ending in / is a folder, others are files or packages; a package's subpaths are
 * part of it. What a file's own area holds is in the list where it is allowed.
 */
const ALLOWED: readonly (readonly [area: string, targets: readonly string[]])[] = [
  ['src/model/', ['src/model/']],
  ['src/platform/', ['src/platform/', 'src/model/', 'workers/api.ts', 'comlink', 'idb', 'virtual:']],
  ['src/session/', ['src/session/', 'src/platform/', 'src/model/', 'workers/api.ts', 'svelte']],
  ['src/ui/', ['src/ui/', 'src/model/', 'svelte', 'uplot']],
  ['src/views/', ['src/views/', 'src/ui/', 'src/session/', 'src/model/', 'svelte']],
  ['src/', ['src/', 'svelte']],
  ['workers/assembly/', ['workers/assembly/']],
  ['workers/core.ts', ['src/model/', 'workers/core-exports.ts']],
  ['workers/api.ts', ['src/model/']],
  ['workers/analysis.worker.ts', ['workers/', 'comlink']],
  ['workers/service.worker.ts', []],
  // Programs for Node: the core's build and the report on the command line.
  ['workers/build-core.ts', ['src/model/', 'assemblyscript', 'node:']],
  ['workers/build-programs.ts', ['src/model/', 'vite', 'lzma', 'node:']],
  ['workers/report.ts', ['workers/', 'src/model/', 'node:']],
  // Compressed containers.
  ['workers/source/', ['workers/', 'src/model/', 'fflate', 'fzstd']],
  // permessage-deflate, event streams in gzip.
  ['workers/conversations/', ['workers/', 'src/model/', 'fflate']],
  // The keys of QUIC.
  ['workers/quic/', ['workers/', 'src/model/', '@noble']],
  ['workers/', ['workers/', 'src/model/']],
];

/** Imports that break the list above and are known; each with the condition that ends it. */
const DEBT: readonly string[] = [];

/** What could reach the network, or turn text into program or markup. */
const FORBIDDEN = new Set(
  `fetch XMLHttpRequest WebSocket WebSocketStream WebTransport EventSource RTCPeerConnection sendBeacon importScripts
  eval Function innerHTML outerHTML insertAdjacentHTML setHTMLUnsafe createContextualFragment`.split(/\s+/),
);

function list(folder: string): readonly string[] {
  const entries = readdirSync(root + folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length)).sort();
}

const isCode = (file: string): boolean => /\.(ts|svelte)$/.test(file) && !GENERATED.includes(file);
const sources = ['src', 'workers'].flatMap(list).filter(isCode);
const tests = list('test').filter(isCode);

function read(file: string): string {
  return readFileSync(root + file, 'utf8');
}

/** The program of a file: for a component, what its script elements hold, on the lines where it stands. */
function scriptOf(file: string): string {
  const text = read(file);
  if (!file.endsWith('.svelte')) return text;
  let script = '';
  for (const match of text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)) {
    const before = text.slice(0, match.index).split('\n').length;
    script += '\n'.repeat(Math.max(0, before - script.split('\n').length)) + (match[1] ?? '');
  }
  return script;
}

/** The markup of a component, comments and script taken out. */
function markupOf(file: string): string {
  return file.endsWith('.svelte')
    ? read(file).replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, '')
    : '';
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known = parsed.get(file);
  if (known) return known;
  const made = ts.createSourceFile(file, scriptOf(file), ts.ScriptTarget.Latest, true);
  parsed.set(file, made);
  return made;
}

function where(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Every node of the file that the function answers with a complaint. */
function complaints(file: string, judge: (node: ts.Node) => string | undefined): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const complaint = judge(node);
    if (complaint !== undefined) found.push(`${where(node)} ${complaint}`);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Where an import leads: a path from the project's folder, or a package. */
function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
}

function isAllowed(file: string, imported: string): boolean {
  const [, targets = []] = ALLOWED.find(([area]) => file.startsWith(area)) ?? [];
  return targets.some((allowed) =>
    /[/:]$/.test(allowed)
      ? imported.startsWith(allowed)
      : imported === allowed || imported.startsWith(`${allowed}/`),
  );
}

function forbiddenImports(file: string, text: string): readonly string[] {
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.map((entry) => target(file, entry.fileName));
  return imports
    .filter((imported) => !isAllowed(file, imported))
    .map((imported) => `${file} imports ${imported}`);
}

function forbiddenWord(node: ts.Node): string | undefined {
  if (ts.isTypeNode(node)) return undefined;
  const isName = ts.isIdentifier(node) && !ts.isTypeReferenceNode(node.parent);
  // window['fetch'] is fetch all the same.
  const isKey = ts.isStringLiteralLike(node) && ts.isElementAccessExpression(node.parent);
  return (isName || isKey) && FORBIDDEN.has(node.text) ? `uses ${node.text}` : undefined;
}

/** What would lead the browser to another address: no policy forbids that. */
function leadsAway(node: ts.Node): string | undefined {
  const isAssignment = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (isAssignment && /(^|\.)location(\.href)?$/.test(node.left.getText()))
    return `sets ${node.left.getText()}`;
  const isCall = ts.isCallExpression(node);
  if (
    isCall &&
    /(^|\.)location\.(assign|replace)$|^(window|globalThis)\.open$/.test(node.expression.getText())
  )
    return `calls ${node.expression.getText()}`;
  const isHint =
    ts.isStringLiteralLike(node) && /^(preconnect|dns-prefetch|prefetch|prerender)$/.test(node.text);
  return isHint ? `says ${node.text}` : undefined;
}

/** Exported declarations without a comment that says what they are. */
function undocumented(node: ts.Node): string | undefined {
  if (!ts.canHaveModifiers(node) || !ts.isSourceFile(node.parent)) return undefined;
  const isExported = ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
  const hasComment = ts.getJSDocCommentsAndTags(node).length > 0;
  return isExported && !hasComment
    ? `exports without a doc comment: ${node.getText().split('\n')[0]}`
    : undefined;
}

function touchesMemory(node: ts.Node): string | undefined {
  const isCall = ts.isCallExpression(node) && ts.isIdentifier(node.expression);
  return isCall && /^(load|store)$/.test(node.expression.getText())
    ? `calls ${node.expression.getText()}`
    : undefined;
}

describe('the architecture', () => {
  test('every import is allowed', () => {
    const found = sources.flatMap((file) => forbiddenImports(file, scriptOf(file)));
    expect(found.filter((complaint) => !DEBT.includes(complaint))).toEqual([]);
    expect(
      DEBT.filter((debt) => !found.includes(debt)),
      'paid debt still listed',
    ).toEqual([]);
  });

  test('the list would find a forbidden import', () => {
    const text = "import { x } from '../session/place.svelte.ts'; export * from 'lodash';";
    expect(forbiddenImports('src/ui/table.ts', text)).toHaveLength(2);
    expect(forbiddenImports('src/views/packets/index.ts', "import '../../session/place.svelte.ts';")).toEqual(
      [],
    );
  });

  test('nothing reaches for the network, and no text becomes program or markup', () => {
    const judged = sources.filter((file) => file !== 'workers/service.worker.ts');
    expect(judged.flatMap((file) => complaints(file, forbiddenWord))).toEqual([]);
    const markup = judged.filter((file) => /\{@html|\sstyle=|\son[a-z]+="/.test(markupOf(file)));
    expect(markup, 'raw markup, style attributes or inline handlers').toEqual([]);
  });

  test('nothing leads the browser to another address', () => {
    // The place within the page: formatFragment() answers nothing that does not begin with #.
    const judged = sources.filter((file) => file !== 'src/session/place.svelte.ts');
    expect(judged.flatMap((file) => complaints(file, leadsAway))).toEqual([]);
    const links = sources.filter((file) =>
      /(href|src|action)\s*=\s*["'{`]+\s*(https?:)?\/\//.test(markupOf(file)),
    );
    expect(links, 'addresses outside the page').toEqual([]);
  });

  test('only bytes.ts and columns.ts of the core touch memory', () => {
    const core = sources.filter((file) => file.startsWith('workers/assembly/'));
    const judged = core.filter((file) => !['bytes.ts', 'columns.ts'].includes(basename(file)));
    expect(judged.flatMap((file) => complaints(file, touchesMemory))).toEqual([]);
  });

  test('no file is longer than 400 lines', () => {
    const lengths = [...sources, ...tests].map((file) => ({
      file,
      lines: read(file).trimEnd().split('\n').length,
    }));
    expect(lengths.filter(({ file, lines }) => lines > 400 && !TABLES.includes(file))).toEqual([]);
  });

  test('names are kebab-case, those of components PascalCase', () => {
    const wrong = [...sources, ...tests].filter((file) => {
      const isComponent = file.endsWith('.svelte');
      const name = isComponent ? /^[A-Z][A-Za-z0-9]*\.svelte$/ : /^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/;
      return !name.test(basename(file)) || !/^([a-z0-9]+([-/][a-z0-9]+)*)$/.test(dirname(file));
    });
    expect(wrong).toEqual([]);
  });

  test('nothing is exported by default', () => {
    // Declarations of others' packages say what those export.
    const judged = [...sources, ...tests].filter((file) => !file.endsWith('.d.ts'));
    const judge = (node: ts.Node): string | undefined => {
      const isKeyword = node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent);
      return ts.isExportAssignment(node) || isKeyword ? 'exports a default' : undefined;
    };
    expect(judged.flatMap((file) => complaints(file, judge))).toEqual([]);
  });

  test('every exported name of the vocabulary and of the workers has a doc comment', () => {
    const judged = sources.filter((file) => /^(src\/model|workers\/(?!assembly))/.test(file));
    expect(judged.flatMap((file) => complaints(file, undocumented))).toEqual([]);
  });

  test('work put off says when', () => {
    const mark = /\bTODO\b(?!\(when [^)]+\):)|\bFIXME\b|\bXXX\b/;
    const judged = [...sources, ...tests].filter((file) => file !== 'test/architecture.test.ts');
    const found = judged.filter((file) => mark.test(read(file)));
    expect(found).toEqual([]);
  });
});
