import { describe, expect, it } from 'vitest';
import { nodeText } from '../../workers/query/ast.ts';
import { parseFilter } from '../../workers/query/parser.ts';

function parsed(text: string): string {
  const node = parseFilter(text);
  return node.ok ? nodeText(node.value) : `${node.error.start}-${node.error.end} ${node.error.message}`;
}

describe('a display filter is parsed', () => {
  // Checked with tshark 4.0.17: and binds before or. ^^ came with Wireshark 4.2, between them.
  it.each([
    ['http', 'http'],
    ['http.request.uri == "/wrong"', '(== http.request.uri "/wrong")'],
    ['tcp.stream eq 5', '(== tcp.stream 5)'],
    ['a or b and c', '(or a (and b c))'],
    ['a && b || c', '(or (and a b) c)'],
    ['a or b xor c and d', '(or a (xor b (and c d)))'],
    ['a and b and c', '(and a b c)'],
    ['(a or b) and c', '(and (or a b) c)'],
    ['not a == 1 and !b', '(and (not (== a 1)) (not b))'],
    ['!!a', 'a'],
    ['not not not a', '(not a)'],
    ['a ne 1', '(!= a 1)'],
    ['a all_eq 1 or a any_ne 1', '(or (=== a 1) (!== a 1))'],
    ['a ~= 1', '(!== a 1)'],
    ['a !== 1', '(!== a 1)'],
    ['a gt 1 and a ge 1 and a lt 1 and a le 1', '(and (> a 1) (>= a 1) (< a 1) (<= a 1))'],
    ['a>=0x10', '(>= a 0x10)'],
    ['a ~ "b"', '(matches a "b")'],
    ['any a != 1', '(any != a 1)'],
    ['all a in {1}', '(all in a {1})'],
    ['a in {80, 443 8000..8999}', '(in a {80, 443, 8000..8999})'],
    ['a in {10.0.0.1..10.0.0.9,10.1.0.0/16}', '(in a {10.0.0.1..10.0.0.9, 10.1.0.0/16})'],
    ['a in {"x" "y"}', '(in a {"x", "y"})'],
    ['a not in {1}', '(not (in a {1}))'],
    ['tcp.flags & 0x12 == 0x12', '(== (& tcp.flags 0x12) 0x12)'],
    ['tcp.flags & 2', '(& tcp.flags 2)'],
    ['1024 < a < 2048', '(and (< 1024 a) (< a 2048))'],
    ['lower(upper(a)) == "x"', '(== lower(upper(a)) "x")'],
    ['ipv6.addr == ::1', '(== ipv6.addr ::1)'],
    ['ipv6.addr == 2001:db8::/32', '(== ipv6.addr 2001:db8::/32)'],
    ['a contains aa:bb:cc', '(contains a aa:bb:cc)'],
    ['a > -1.5', '(> a -1.5)'],
    ['http.header.x-request-id', 'http.header.x-request-id'],
    ["a == 'A'", '(== a 65)'],
    ["a == '\\n'", '(== a 10)'],
  ])('%s', (text, tree) => {
    expect(parsed(text)).toBe(tree);
  });

  it.each([
    [String.raw`a == "\""`, '"'],
    [String.raw`a == "\\"`, '\\'],
    [String.raw`a == "\t\n\r"`, '\t\n\r'],
    [String.raw`a == "\x41\102"`, 'AB'],
    [String.raw`a == "\u00e9\U0001f600"`, 'é😀'],
    // As Wireshark: an escape that means nothing stays, so that patterns need no doubled backslash.
    [String.raw`a ~ "a\.b\d"`, String.raw`a\.b\d`],
    [String.raw`a ~ r"\n\.b"`, String.raw`\n\.b`],
  ])('%s has its escapes read', (text, value) => {
    const node = parseFilter(text);
    expect(node.ok && node.value.kind === 'comparison' && node.value.right).toMatchObject({ text: value });
  });

  it('reads \\xff as one octet, other characters as UTF-8', () => {
    const node = parseFilter(String.raw`a == "\xffé"`);
    const right = node.ok && node.value.kind === 'comparison' ? node.value.right : undefined;
    expect(right?.kind === 'quoted' && [...right.octets]).toEqual([0xff, 0xc3, 0xa9]);
  });
});

describe('what is wrong with a filter is told under its caret', () => {
  /** The marked part stands between « and ». */
  function marked(text: string): string {
    const node = parseFilter(text);
    if (node.ok) return 'no error';
    const { start, end, message } = node.error;
    return `${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}: ${message}`;
  }

  it.each([
    ['a == "x', 'a == «"x»: This text has no closing quote (")'],
    ['a ==', 'a =«=»: A value is missing after "=="'],
    ['a and', 'a an«d»: A test is missing at the end'],
    ['a and )', 'a and «)»: A test is missing before ")"'],
    ['(a or b', '«(»a or b: This "(" is never closed'],
    ['a)', 'a«)»: This ")" has no "(" before it'],
    ['a = 1', 'a «=» 1: Equality is written == (or eq)'],
    ['a | b', 'a «|» b: Or is written || (or or)'],
    ['a b', 'a «b»: "b" was not expected here; join tests with and, or'],
    ['a == 1 b == 2', 'a == 1 «b» == 2: "b" was not expected here; join tests with and, or'],
    ['== 1', '«==» 1: A field was expected here, not "=="'],
    ['a == == 1', 'a == «==» 1: A value was expected after "==", not "=="'],
    [
      'http.host[0:3] == "abc"',
      'http.host«[0:3]» == "abc": Slices are not supported here; use contains or matches',
    ],
    ['a + 1 == 2', 'a «+» 1 == 2: Arithmetic is not supported here'],
    ['a#1 == 2', 'a«#»1 == 2: Layers (#1) are not supported here: the fields are of the innermost layer'],
    ['@a == 2', '«@»a == 2: Raw octets (@field) are not supported here'],
    ['a == $b', 'a == «$»b: References ($) are not supported here'],
    ['a == /wrong', 'a == «/»wrong: Texts need quotes here: "/path"'],
    ['a == {1}', 'a «==» {1}: A set needs the operator "in": tcp.port in {80, 443}'],
    ['a in 80', 'a in «80»: "in" needs a set in braces: {80, 443, 8000..8999}'],
    ['a in {}', 'a in «{}»: The set is empty'],
    ['a in {1', 'a in «{»1: This "{" is never closed'],
    ['a in {1,,2}', 'a in {1,«,»2}: A value is missing here'],
    ['(a) == 1', '(a) «==» 1: Parentheses hold whole tests; a relation needs its field without them'],
    ['lower(a == "x"', 'lower(a «==» "x": lower( needs a ")" here'],
    ['max(a, b) > 1', 'max(a«,» b) > 1: max() takes one operand here'],
    ["a == 'ab'", "a == «'a»b': Single quotes hold one character ('A'); put texts in double quotes"],
    [String.raw`a == "\U00110000"`, String.raw`a == "«\U00110000»": There is no such Unicode character`],
  ])('%s', (text, expected) => {
    expect(marked(text)).toBe(expected);
  });
});
