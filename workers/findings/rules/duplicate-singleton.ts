import { Violation } from '../../../src/model/exchange.ts';
import { HEADER_NAMES, SINGLETON_FIELDS } from '../../../src/model/header-names.ts';
import { fieldName, fieldValue, sentName } from '../../field-lines.ts';
import type { Facts } from '../facts.ts';
import { combined, linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, codes, enumerate, prose } from '../words.ts';

const SINGLETONS: ReadonlySet<string> = new Set([
  HEADER_NAMES.CONTENT_LENGTH,
  ...SINGLETON_FIELDS.map((name) => HEADER_NAMES[name]),
]);

/** Fields whose second value changes what a client does, and not only what it shows. */
const WEIGHTY: ReadonlySet<string> = new Set([
  HEADER_NAMES.AUTHORIZATION,
  HEADER_NAMES.CONTENT_LENGTH,
  HEADER_NAMES.CONTENT_LOCATION,
  HEADER_NAMES.CONTENT_RANGE,
  HEADER_NAMES.CONTENT_TYPE,
  HEADER_NAMES.LOCATION,
  HEADER_NAMES.PROXY_AUTHORIZATION,
]);

/** Lower-case names of single fields that occur more than once. */
function repeatedSingletons(lines: readonly string[]): readonly string[] {
  const names = lines.map(fieldName);
  const isRepeated = (name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name);
  // Two lengths in one line are two lines written shorter.
  const isListed = (name: string): boolean =>
    name === HEADER_NAMES.CONTENT_LENGTH && combined(lines, name).includes(',');
  return [...new Set(names)].filter((name) => SINGLETONS.has(name) && (isRepeated(name) || isListed(name)));
}

/** Equal for sections that repeat the same fields; sections are few, messages many. */
function kindOf(): (facts: Facts, messageRow: number) => number {
  let known = new WeakMap<Facts, { kinds: Map<number, number>; names: Map<string, number> }>();
  return (facts, messageRow) => {
    let memo = known.get(facts);
    if (memo === undefined) {
      memo = { kinds: new Map(), names: new Map() };
      known = new WeakMap([[facts, memo]]);
    }
    const section = facts.tables.messages.section(messageRow);
    const kind = memo.kinds.get(section);
    if (kind !== undefined) return kind;
    const name = repeatedSingletons(facts.lines(section)).join(' ');
    const fresh = memo.names.get(name) ?? memo.names.size;
    memo.names.set(name, fresh);
    memo.kinds.set(section, fresh);
    return fresh;
  };
}

/** A field that must be single, twice (RFC 9110 section 5.3). Set-Cookie and list-valued fields are no duplicates. */
export const duplicateSingleton = messageFaultRule({
  id: 'duplicate-singleton',
  looksFor: 'a field that must be single, sent twice',
  mask: Violation.DUPLICATE_SINGLETON | Violation.CONTENT_LENGTH_REPEATED,
  kind: kindOf(),
  least: ({ lines }) => {
    const isWeighty = repeatedSingletons(lines).some(
      (name) => WEIGHTY.has(name) && new Set(linesOf(lines, name).map(fieldValue)).size > 1,
    );
    return isWeighty ? Impact.CAN_BREAK : Impact.ODD;
  },
  tell: ({ lines, message, sender, receiver }) => {
    const repeated = repeatedSingletons(lines);
    const sent = repeated.flatMap((name) => linesOf(lines, name));
    const names = repeated.map((name) => sentName(linesOf(lines, name)[0] ?? name));
    const isSame = repeated.every((name) => new Set(linesOf(lines, name).map(fieldValue)).size === 1);
    const what = message.isRequest ? 'request' : 'answer';
    return {
      deed: `sent ${enumerate(names)} twice`,
      saw: prose(
        `${capitalize(receiver.noun)} got `,
        codes(sent.slice(0, 4)),
        ` in one ${what}`,
        isSame ? ': the same value each time.' : ': which one counts is left to each reader.',
      ),
      whyItMatters: prose(
        'Only fields whose value is a list may be repeated. For the others some readers take the first line, some the last, some join both with a comma, and some refuse the message.',
      ),
      whatToChange: [
        prose(
          `In ${sender.noun}: `,
          { code: 'set' },
          ' the field instead of ',
          { code: 'add' },
          'ing it. Often the framework or a filter (CORS, compression, security headers) has set it already.',
        ),
        prose(
          'In a proxy in between: replace the field (Envoy ',
          { code: 'append_action: OVERWRITE_IF_EXISTS_OR_ADD' },
          ', nginx ',
          { code: 'proxy_hide_header' },
          ' before ',
          { code: 'add_header' },
          ').',
        ),
      ],
      logWords: message.isRequest
        ? []
        : ['nginx 1.23 and later: upstream sent duplicate header line: "…", previous value: "…", ignored'],
      sources: ['RFC 9110 section 5.3'],
      remark: `${names[0] ?? 'field'} twice`,
    };
  },
});
