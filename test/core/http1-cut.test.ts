import { describe, expect, it } from 'vitest';
import { findFindings } from '../../workers/findings/index.ts';
import { violationTags } from '../../workers/violations.ts';
import { connection, drawn } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const GET = String.raw`GET / HTTP/1.1\r\nHost: a\r\n\r\n`;

interface Told {
  readonly target: string;
  readonly authority: string;
  readonly tags: readonly string[];
  readonly rules: readonly string[];
}

/** What a request is told to be, of which this is there when the capture ends, when the client closes, and before a gap. */
async function told(start: string): Promise<Told | undefined> {
  const captures = [
    connection`
      3ms client > server ${start}
    `,
    connection`
      3ms client > server ${start}
      4ms client > server FIN
    `,
    connection`
      3ms client > server ${start}
      4ms client > server "lost" lost
      5ms client > server "X: y\r\n\r\n"
      6ms server > client ACK
    `,
  ];
  const all: Told[] = [];
  for (const capture of captures) {
    const core = await readCapture(capture);
    const { findings } = findFindings(core, { isFinal: true });
    const { exchanges, messages } = core.tables;
    all.push({
      target: core.text(exchanges.target(0)),
      authority: core.text(exchanges.authority(0)),
      tags: violationTags(messages.violations(0)),
      rules: findings.map(({ rule }) => rule).filter((rule) => rule !== 'capture-quality'),
    });
  }
  const [first] = all;
  for (const one of all) expect(one.tags).toEqual(first?.tags);
  return first && { ...first, rules: all.flatMap(({ rules }) => rules) };
}

describe('a head that is cut is not accused of what may have followed', () => {
  const HOST = 'GET /a HTTP/1.1\r\nHost: a.example\r\n';
  const innocent: readonly (readonly [string, string])[] = [
    ['in its method', 'GE'],
    ['in its target', 'GET /a'],
    ['in its version', 'GET /a HTT'],
    ['behind its version', 'GET /a HTTP/1.1'],
    ['in its first line end', 'GET /a HTTP/1.1\r'],
    ['before Host', 'GET /a HTTP/1.1\r\nUser-Agent: x\r\n'],
    ['in a name', `${HOST}Acc`],
    ['in a line end', `${HOST}Accept: a\r`],
    ['in the number of a length', `${HOST}Content-Length: 12\r\nContent-Length: 1`],
    ['in a coding', `${HOST}Transfer-Encoding: chun`],
  ];
  it.each(innocent)('%s', async (_, start) => {
    const request = await told(start);
    expect(request?.tags).toEqual([]);
    expect(request?.rules).toEqual([]);
    expect(['', '/a']).toContain(request?.target);
    expect(['', 'a.example']).toContain(request?.authority);
  });

  it('and a name that goes on is no name of a host', async () => {
    expect((await told('GET /a HTTP/1.1\r\nHost: shop.exa'))?.authority).toBe('');
  });

  it.each([
    ['a folded line', `${HOST} Acc`, 'folded line'],
    ['a control character', `${HOST}A: b\x01`, 'control character'],
    ['white space before the colon', `${HOST}A : b`, 'space before the colon'],
  ])('but of what is there: %s', async (_, start, tag) => {
    expect((await told(start))?.tags).toEqual([tag]);
  });

  it.each(['HTTP', 'HTTP/1.1', 'HTTP/1.1 20', 'HTTP/1.1 200', 'HTTP/1.1 200 O'])(
    'nor is a response: %s',
    async (start) => {
      const core = await readCapture(
        drawn(`
          client 10.0.0.1:35500
          server 10.0.0.2:8080
          0ms client > server SYN
          1ms server > client SYN ACK
          2ms client > server ACK
          3ms client > server "${GET}"
          4ms server > client "${start}"
        `),
      );
      const { exchanges, messages } = core.tables;
      expect(violationTags(messages.violations(1))).toEqual([]);
      expect([0, 200]).toContain(exchanges.status(0));
    },
  );
});
