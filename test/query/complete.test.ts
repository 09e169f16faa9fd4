import { beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { complete } from '../../workers/query/index.ts';
import { sampleCore } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

/** Filters that the completions at the caret (|) make. */
function completed(marked: string, withCore = true): readonly string[] {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  return complete(withCore ? core : undefined, text, caret).map(
    ({ text: inserted, start, end }) => text.slice(0, start) + inserted + text.slice(end),
  );
}

describe('completions', () => {
  it('of a name are the fields that begin with it, then those that have it in them', () => {
    const names = completed('http.re|');
    expect(names.slice(0, 3)).toEqual(['http.request', 'http.request.method', 'http.request.uri']);
    expect(names).toContain('http.response.code');
    expect(completed('server_name|')).toContain('tls.handshake.extensions_server_name');
    expect(completed('tcp.po|')).toEqual(['tcp.port']);
  });

  it('of a header field are the names that the capture has', () => {
    expect(completed('http.header.x|')).toEqual(['http.header.x-request-id']);
    expect(completed('http.header.|')).toContain('http.header.user-agent');
    expect(completed('http.header.x|', false)).toEqual([]);
  });

  it('replace the whole word that the caret is in', () => {
    expect(completed('tcp.stream eq 5 and tcp.fl|oo')).toContain('tcp.stream eq 5 and tcp.flags');
    expect(completed('tcp.ports|x and http')).toEqual([]);
  });

  it('begin again after and, or, not and a parenthesis', () => {
    for (const start of ['', 'http and ', 'http or not ', '(', 'not ', 'all ', '!', 'len(']) {
      expect(completed(`${start}tcp.stre|`)).toEqual([`${start}tcp.stream`]);
    }
  });

  it('after a field are the operators that fit its type, and what joins tests', () => {
    expect(completed('http.host |')).toEqual([
      'http.host == ',
      'http.host != ',
      'http.host contains ',
      'http.host matches ',
      'http.host in {',
      'http.host and ',
      'http.host or ',
    ]);
    expect(completed('http.host c|')).toEqual(['http.host contains ', 'http.host matches ']);
    expect(completed('tcp.port >|')).toEqual(['tcp.port > ', 'tcp.port >= ']);
    expect(completed('tcp |')).toEqual(['tcp and ', 'tcp or ']);
    expect(completed('tcp.flags.reset |')[0]).toBe('tcp.flags.reset == ');
  });

  it('after an operator are the values of the capture, the most frequent first', () => {
    expect(completed('http.request.method == |')).toEqual([
      'http.request.method == "GET"',
      'http.request.method == "POST"',
    ]);
    expect(completed('http.request.method == "P|')).toEqual(['http.request.method == "POST"']);
    expect(completed('http.request.method == "P|"')).toEqual(['http.request.method == "POST"']);
    expect(completed('http.request.method == P|')).toEqual(['http.request.method == "POST"']);
    expect(completed('http.response.code in {502, |')).toContain('http.response.code in {502, 404');
    expect(completed('http.response.code == 5|')).toEqual(['http.response.code == 502']);
    expect(completed('http.host == "shop|')).toEqual(['http.host == "shop.example"']);
    expect(completed('ip.addr == 192|')).toEqual(['ip.addr == 192.168.1.5']);
    expect(completed('ipv6.src == |')).toContain('ipv6.src == 2001:db8::1');
    expect(completed('offwire.violation == |')).toEqual(['offwire.violation == "dup-te"']);
    expect(completed('tcp.flags.reset == |')).toEqual(['tcp.flags.reset == 1', 'tcp.flags.reset == 0']);
    expect(completed('frame.number == |')).toEqual([]);
    expect(completed('http.request.method == |', false)).toEqual([]);
  });

  it('after a test are what joins it with another', () => {
    expect(completed('tcp.port == 80 |')).toEqual(['tcp.port == 80 and ', 'tcp.port == 80 or ']);
    expect(completed('tcp.port in {80} a|')).toEqual(['tcp.port in {80} and ']);
    expect(completed('(http.host == "a") |')).toEqual(['(http.host == "a") and ', '(http.host == "a") or ']);
  });

  it('are none behind plain words', () => {
    expect(completed('checkout |')).toEqual([]);
    expect(completed('checkout 50|')).toEqual([]);
    expect(completed('"a phrase|')).toEqual([]);
  });
});
