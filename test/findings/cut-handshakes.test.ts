import { describe, expect, it } from 'vitest';
import type { Capture } from '../support/capture.ts';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { applicationData, changeCipherSpec, clientHello, serverHello, TLS } from '../support/tls-messages.ts';
import { findingsOf, ofRule } from './scene.ts';

const HELLO = clientHello({ sni: 'shop.example', versions: [TLS.V13] });
const ANSWER = concat(serverHello({ version: TLS.V13 }), changeCipherSpec(), applicationData(900));
/** A record as long as an alert. */
const SHORT = concat(changeCipherSpec(), applicationData(19));

/** What is said of why a client hung up, and what to look for. */
async function wordsOf(capture: Capture): Promise<string> {
  const [finding] = ofRule(await findingsOf(capture), 'handshake-cut');
  const prose = [finding?.whyItMatters ?? [], ...(finding?.whatToChange ?? [])].flat();
  return prose.filter((part) => typeof part === 'string').join(' ');
}

describe('a client that hangs up in a TLS handshake', () => {
  it('before ServerHello cannot have disliked what it had not seen', async () => {
    const words = await wordsOf(connection`
      3ms client > server ${HELLO}
      250ms client > server FIN
    `);
    expect(words).toContain('seen nothing of the server yet');
    expect(words).toContain('a timeout of about 247 ms');
    expect(words).not.toContain('certificate not trusted');
  });

  it('before a ServerHello that came too late has not either', async () => {
    const words = await wordsOf(connection`
      3ms client > server ${HELLO}
      33ms client > server FIN
      40ms server > client ${ANSWER}
      41ms client > server RST
    `);
    expect(words).toContain('seen nothing of the server yet');
    expect(words).toContain('a timeout of about 30.0 ms');
  });

  it('behind the certificate may have', async () => {
    const words = await wordsOf(connection`
      3ms client > server ${HELLO}
      4ms server > client ${ANSWER}
      250ms client > server FIN
    `);
    expect(words).toContain('certificate not trusted');
  });

  it('is told of an encrypted alert only where the connection ended', async () => {
    const open = connection`
      3ms client > server ${HELLO}
      4ms server > client ${ANSWER}
      5ms client > server ${SHORT}
    `;
    expect((await findingsOf(open)).findings).toEqual([]);
    const closed = connection`
      3ms client > server ${HELLO}
      4ms server > client ${ANSWER}
      5ms client > server ${SHORT}
      6ms client > server FIN
    `;
    expect((await findingsOf(closed)).findings).toMatchObject([
      { rule: 'tls-alert', title: 'The client probably ended the TLS handshake with an alert, encrypted' },
    ]);
  });
});
