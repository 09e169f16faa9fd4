import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { data, PREFACE, request, response, settings } from '../support/http2-messages.ts';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

const HINTED = connection`
  3ms client > server "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
  4ms server > client "HTTP/1.1 100 Continue\r\n\r\n"
  5ms client > server "ok"
  6ms server > client "HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nContent-Length: 0\r\n\r\n"
  9ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
`;

describe('interim responses', () => {
  test('are shown with their lines, and what is wrong in them', async () => {
    const detail = await (await openCapture(HINTED)).exchange(0);
    expect(detail?.interims).toEqual([
      { startLine: 'HTTP/1.1 100 Continue', status: 100, lines: [], packet: 5, time: 4e6 },
      {
        startLine: 'HTTP/1.1 103 Early Hints',
        status: 103,
        lines: [
          { text: 'Link: </s.css>; rel=preload' },
          { text: 'Content-Length: 0', remark: 'not allowed in a 103 response' },
        ],
        packet: 7,
        time: 6e6,
      },
    ]);
    expect(detail?.response?.notes).toEqual([]);
  });

  test('are followed with their lines', async () => {
    const part = await (await openCapture(HINTED)).followHttp({ exchange: 0 }, 1, 0);
    const texts = part.pieces.map(({ label, octets }) => `${label}: ${new TextDecoder().decode(octets)}`);
    expect(texts).toEqual([
      'interim response: HTTP/1.1 100 Continue\r\n',
      'interim response: HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nContent-Length: 0\r\n',
      'response: HTTP/1.1 204 No Content\r\n',
    ]);
  });

  test('are shown where no final response came', async () => {
    const analysis = await openCapture(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 102 Processing\r\nServer: slow\r\n\r\n"
      5ms server > client RST
    `);
    const detail = await analysis.exchange(0);
    expect(detail?.response).toBeUndefined();
    expect(detail?.interims).toMatchObject([
      { startLine: 'HTTP/1.1 102 Processing', lines: [{ text: 'Server: slow' }], packet: 5 },
    ]);
  });

  test('of HTTP/2 have their pseudo-header field among the lines', async () => {
    const analysis = await openCapture(connection`
      3ms client > server ${concat(PREFACE, settings())} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 103, [['link', '</s.css>']])}
      5ms server > client ${response(1, 200)} ${data(1, 'ok', 'end')}
    `);
    expect((await analysis.exchange(0))?.interims).toEqual([
      {
        startLine: '',
        status: 103,
        lines: [{ text: ':status: 103' }, { text: 'link: </s.css>' }],
        packet: 5,
        time: 4e6,
      },
    ]);
  });
});
