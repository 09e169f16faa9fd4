import { expect, it } from 'vitest';
import { connection } from '../support/packet-script.ts';
import { findingsOf } from './scene.ts';

const NOT_IMPLEMENTED = 'HTTP/1.1 501 Unsupported method\r\nContent-Length: 2\r\n\r\nno';

it('501 is no refusal of two lengths: it is about the method', async () => {
  const { findings } = await findingsOf(connection`
    3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"
    4ms server > client ${NOT_IMPLEMENTED}
  `);
  expect(findings[0]).toMatchObject({
    rule: 'cl-conflict',
    title: 'The client sent Content-Length with different values',
  });
});

it('501 is a refusal of a transfer coding', async () => {
  const { findings } = await findingsOf(connection`
    3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    4ms server > client ${NOT_IMPLEMENTED}
  `);
  expect(findings[0]).toMatchObject({ rule: 'dup-te' });
  expect(findings[0]?.title).toContain('refused it with 501');
});
