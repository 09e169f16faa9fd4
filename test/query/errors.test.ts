import { beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { compileFilter } from '../../workers/query/index.ts';
import { sampleCore } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

/** The marked part stands between « and ». */
function marked(text: string): string {
  const filter = compileFilter(core, text);
  if (filter.ok) return `no error, ${filter.value.kind}`;
  const { start, end, message } = filter.error;
  return `${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}: ${message}`;
}

describe('what does not fit together is told under its caret', () => {
  it.each([
    [
      'http.reqest.uri == "/"',
      '«http.reqest.uri» == "/": There is no field "http.reqest.uri"; did you mean http.request.uri',
    ],
    ['tcp.prot == 80', '«tcp.prot» == 80: There is no field "tcp.prot"; did you mean tcp.port?'],
    ['tcp.stream eq 5 and nonsense', 'tcp.stream eq 5 and «nonsense»: There is no field "nonsense"'],
    ['wrong == 1', '«wrong» == 1: There is no field "wrong"'],
    ['ip.ttl == 64', "«ip.ttl» == 64: ip.ttl is shown in a packet's layers, but it is not kept to filter by"],
    ['tcp == 1', '«tcp» == 1: tcp is there or not, it has no value: use it alone'],
    [
      'tcp.analysis.retransmission == 1',
      '«tcp.analysis.retransmission» == 1: tcp.analysis.retransmission is there or not',
    ],
    [
      'tcp contains "GET"',
      '«tcp» contains "GET": The octets of packets are not kept to search by; contains needs',
    ],
    ['tcp.port == "80"', 'tcp.port == «"80"»: tcp.port is a number: leave out the quotes'],
    ['tcp.port == eighty', 'tcp.port == «eighty»: tcp.port is a number, and "eighty" is none'],
    ['frame.number == 1.5', 'frame.number == «1.5»: frame.number is a number, and "1.5" is none'],
    [
      'frame.len == 99999999999999999999',
      'frame.len == «99999999999999999999»: 99999999999999999999 is too large',
    ],
    ['tcp.port contains "8"', '«tcp.port» contains "8": contains needs a text, and tcp.port is a number'],
    ['tcp.port matches "8"', '«tcp.port» matches "8": matches needs a text, and tcp.port is a number'],
    ['ip.addr == 10.0.0', 'ip.addr == «10.0.0»: "10.0.0" is no IPv4 address'],
    ['ip.addr == 10.0.0.256', 'ip.addr == «10.0.0.256»: "10.0.0.256" is no IPv4 address'],
    ['ip.addr == 10.0.0.0/33', 'ip.addr == 10.0.0.0/«33»: An IPv4 prefix length is 0 to 32, not 33'],
    ['ip.addr == ::1', 'ip.addr == «::1»: "::1" is no IPv4 address; that is an IPv6 address, for ipv6.addr'],
    [
      'ipv6.src == 10.0.0.1',
      'ipv6.src == «10.0.0.1»: "10.0.0.1" is no IPv6 address; that is an IPv4 address, for ip.src',
    ],
    [
      'ipv6.addr == 2001:db8::/129',
      'ipv6.addr == 2001:db8::/«129»: An IPv6 prefix length is 0 to 128, not 129',
    ],
    ['ipv6.addr == 1::2::3', 'ipv6.addr == «1::2::3»: "1::2::3" is no IPv6 address'],
    [
      'tcp.flags.reset == maybe',
      'tcp.flags.reset == «maybe»: tcp.flags.reset is true or false (1 or 0), not "maybe"',
    ],
    ['http.time > fast', 'http.time > «fast»: http.time is a time in seconds, like 0.25, not "fast"'],
    [
      'frame.time > "yesterday"',
      'frame.time > «"yesterday"»: "yesterday" is no date; write "2026-01-31 13:45:00"',
    ],
    ['http.host matches "("', 'http.host matches «"("»: The pattern is no regular expression: '],
    [
      'http.host matches "(a+)+b"',
      'http.host matches «"(a+)+b"»: Something repeats without limit inside a group that does too',
    ],
    ['http.host matches "(?>a)"', 'http.host matches «"(?>a)"»: Patterns with (?> are not supported here'],
    ['upper(tcp.port) == "A"', 'upper(«tcp.port») == "A": upper() needs a text, and tcp.port is a number'],
    ['len(tcp) > 1', 'len(«tcp») > 1: len() needs a text, and tcp is there or not'],
    [
      'max(tcp.port) > 1',
      '«max»(tcp.port) > 1: There is no function max(); there are upper, lower, len, count',
    ],
    ['length(http.host) > 1', '«length»(http.host) > 1: There is no function length()'],
    ['http.host & 1 == 1', '«http.host» & 1 == 1: & needs a number, and http.host is a text'],
    ['tcp.flags & "x"', 'tcp.flags & «"x"»: & needs a number after it'],
    ['ip.src == tcp.port', 'ip.src == «tcp.port»: ip.src is an IPv4 address, and tcp.port is a number'],
    [
      'frame.len == tcp.port',
      'frame.len == «tcp.port»: frame.len and tcp.port are not properties of the same thing',
    ],
    [
      'http.host contains http.server',
      'http.host contains «http.server»: contains needs a text after it, not a field',
    ],
    [
      '"GET" contains http.host',
      '«"GET"» contains http.host: The field stands before contains, the text after it',
    ],
    ['"a" == "b"', '«"a"» == "b": A text alone is no test; compare a field with it'],
    [
      'http.host == http.hots',
      'http.host == «http.hots»: There is no field "http.hots"; did you mean http.host',
    ],
    [
      'tls.alert_message.desc == "No such"',
      'tls.alert_message.desc == «"No such"»: "No such" is no known name',
    ],
  ])('%s', (text, expected) => {
    expect(marked(text).slice(0, expected.length)).toBe(expected);
  });

  it('suggests at most three names, the nearest first', () => {
    const message = marked('tcp.analysis.retransmision');
    expect(message).toContain('did you mean tcp.analysis.retransmission');
    expect(message.split(' or ').length).toBeLessThanOrEqual(3);
  });
});
