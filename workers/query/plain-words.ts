import { formatAddress } from '../addresses.ts';
import { namesOf } from '../names.ts';
import type { Core } from '../core.ts';
import { Bitset } from './bitset.ts';
import { BlockColumn, column, forBlocks, type Fill } from './columns.ts';
import type { Selection } from './compile.ts';
import { FilterFailure } from './failure.ts';
import { isFieldLike, knownField } from './field-lookup.ts';
import { includesIgnoringCase } from './octets.ts';
import { FUNCTIONS } from './operand.ts';
import { RELATIONS } from './parser.ts';
import { project } from './project.ts';
import { remembering } from './source.ts';

/** Words of one search; each is a pass over the texts. */
const MOST_WORDS = 32;

const SYMBOL_IN_CHUNK = /[=!~]=|&&|\|\||\^\^/;
const SYMBOL_ALONE = /^(?:[<>~=!]|[<>]=)$/;

/**
 * Whether a text that is no correct filter was meant as one, so that its error is shown; else it is a search for words. It is meant
 * as a filter where, outside quotes, it begins with `(` or `!`, has an operator (`==`, `&&`, `contains` between other words …), a
 * function call, the name of a field, or a name under a known protocol (`http.reqest`); and where `and`, `or`, `not` stand beside a
 * protocol. What begins with `/` or has `://` in it is a path or an address and never an operator.
 */
export function isMeantAsFilter(text: string): boolean {
  const chunks = text
    .replace(/"(?:[^"\\]|\\.)*(?:"|$)/gs, ' "" ')
    .split(/\s+/)
    .filter((chunk) => chunk !== '');
  if (chunks[0]?.startsWith('/') && !chunks.some(isNamed)) return false;
  if (/^[(!]/.test(chunks[0] ?? '')) return true;
  return chunks.some((chunk, index) => {
    if (chunk.startsWith('/') || chunk.includes('://')) return false;
    if (isNamed(chunk) || SYMBOL_IN_CHUNK.test(chunk) || SYMBOL_ALONE.test(chunk)) return true;
    const before = chunks[index - 1];
    const after = chunks[index + 1];
    if (Object.hasOwn(RELATIONS, chunk)) return before !== undefined && after !== undefined;
    if (chunk === 'in') return before !== undefined && after?.startsWith('{') === true;
    if (!/^(?:and|or|xor|not)$/i.test(chunk)) return false;
    return [before, after].some((other) => other !== undefined && knownField(other) !== undefined);
  });
}

/** A name with a dot that can only be a field, or a function's call. */
function isNamed(chunk: string): boolean {
  const word = /^[(!]*([a-z][\w.-]*)(\(?)/i.exec(chunk);
  if (!word) return false;
  const [, name = '', parenthesis] = word;
  return isFieldLike(name) || (parenthesis === '(' && FUNCTIONS.some((known) => known === name));
}

/** The words of a search: split at white space, but for what stands in quotes. */
export function searchWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)(?:"|$)|[^\s"]+/gs)) {
    const [whole, quoted] = match;
    const word = quoted === undefined ? whole : quoted.replace(/\\(["\\])/g, '$1');
    if (word !== '') words.push(word);
  }
  return words;
}

/**
 * Rows where every word is found, in upper or lower case: in the method, target, authority, status and reason of an exchange, the
 * values of its header and trailer lines, the names and protocols of a ClientHello, and the addresses of a flow.
 */
export function compileWords(core: Core, text: string): Selection {
  const words = searchWords(text);
  if (words.length > MOST_WORDS) {
    throw new FilterFailure(`A search has at most ${MOST_WORDS} words; this one has ${words.length}`, {
      start: 0,
      end: text.length,
    });
  }
  return (view) => {
    const { exchanges, flows } = everyWord(core, words);
    switch (view) {
      case 'exchanges':
        return exchanges;
      case 'packets':
        return packetsOf(core, exchanges, flows);
      case 'flows':
      case 'hellos': {
        flows.unite(project(core, exchanges, 'exchanges', 'flows'));
        return project(core, flows, 'flows', view);
      }
    }
  };
}

interface Found {
  readonly exchanges: Bitset;
  /** Flows that have every word themselves: in addresses, ClientHellos. */
  readonly flows: Bitset;
}

function everyWord(core: Core, words: readonly string[]): Found {
  const all: Found = {
    exchanges: new Bitset(core.tables.exchanges.rows),
    flows: new Bitset(core.tables.flows.rows),
  };
  all.exchanges.invert();
  all.flows.invert();
  for (const word of words) {
    const flows = flowsWith(core, word);
    const exchanges = exchangesWith(core, word);
    exchanges.unite(project(core, flows, 'flows', 'exchanges'));
    all.exchanges.intersect(exchanges);
    all.flows.intersect(flows);
  }
  return all;
}

/** The heads of the exchanges' messages, and all packets of the flows. */
function packetsOf(core: Core, exchanges: Bitset, flows: Bitset): Bitset {
  const messages = new Bitset(exchanges.size * 2);
  for (const row of exchanges.rows()) {
    messages.add(row * 2);
    messages.add(row * 2 + 1);
  }
  const packets = project(core, messages, 'messages', 'packets');
  packets.unite(project(core, flows, 'flows', 'packets'));
  return packets;
}

const UTF8 = new TextEncoder();
const COLON = 0x3a;

function exchangesWith(core: Core, word: string): Bitset {
  const { exchanges, sections, lines, texts } = core.tables;
  const lower = UTF8.encode(word.toLowerCase());
  const isIn = (text: number, from: number): number => {
    const octets = core.textOctets(text);
    return includesIgnoringCase(from === 0 ? octets : octets.subarray(octets.indexOf(COLON) + 1), lower)
      ? 1
      : 2;
  };
  const inText = remembering((text) => isIn(text, 0), texts.rows + 1);
  const inLine = remembering((text) => isIn(text, 1), texts.rows + 1);
  const inSection = remembering((section) => {
    const first = sections.firstLine(section);
    const count = sections.lines(section);
    for (let at = 0; at < count; at++) if (inLine(lines.text(first + at)) === 1) return 1;
    return 2;
  }, sections.rows);
  const found = new Bitset(exchanges.rows);
  const mark = (fill: Fill, rowsAnExchange: 1 | 2, isFound: (value: number) => boolean): void => {
    const block = new BlockColumn(fill);
    forBlocks(exchanges.rows * rowsAnExchange, (from, count) => {
      const values = block.read(from, count);
      for (let at = 0; at < count; at++) {
        const value = values[at] ?? 0;
        if (value !== 0 && isFound(value)) found.add(Math.floor((from + at) / rowsAnExchange));
      }
    });
  };
  for (const name of ['target', 'authority', 'method', 'reason'] as const) {
    mark(column(core, 'exchanges', name), 1, (id) => inText(id) === 1);
  }
  for (const name of ['section', 'trailers'] as const) {
    mark(column(core, 'messages', name), 2, (link) => inSection(link - 1) === 1);
  }
  if (/^[1-5]\d\d$/.test(word)) {
    mark(column(core, 'exchanges', 'status'), 1, (status) => status === Number(word));
  }
  return found;
}

function flowsWith(core: Core, word: string): Bitset {
  const { flows, hellos } = core.tables;
  const lower = word.toLowerCase();
  const octets = UTF8.encode(lower);
  const hasAddress = new Map<number, boolean>();
  const found = new Bitset(flows.rows);
  const addresses: readonly Fill[] = [
    column(core, 'flows', 'originatorAddress'),
    column(core, 'flows', 'responderAddress'),
  ];
  const values = new Float64Array(flows.rows);
  for (const fill of addresses) {
    fill(0, values);
    for (let flow = 0; flow < flows.rows; flow++) {
      const version = flows.ipVersion(flow) === 6 ? 6 : 4;
      const key = (values[flow] ?? 0) * 2 + (version === 6 ? 1 : 0);
      let isIn = hasAddress.get(key);
      if (isIn === undefined) {
        const address = formatAddress(core, values[flow] ?? 0, version);
        isIn = [address, ...namesOf(core, address)].some((text) => text.toLowerCase().includes(lower));
        hasAddress.set(key, isIn);
      }
      if (isIn) found.add(flow);
    }
  }
  const isIn = (text: number): boolean => text !== 0 && includesIgnoringCase(core.textOctets(text), octets);
  for (let row = 0; row < hellos.rows; row++) {
    if (isIn(hellos.serverName(row)) || isIn(hellos.alpn(row))) found.add(hellos.flow(row));
  }
  return found;
}
