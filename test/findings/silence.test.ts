import { describe, expect, it } from 'vitest';
import type { Capture } from '../support/capture.ts';
import { connection, script } from '../support/packet-script.ts';
import { applicationData, clientHello, serverHello, TLS } from '../support/tls-messages.ts';
import { concat, hexOctets } from '../support/octets.ts';
import { findingsOf, GET, OK, outline } from './scene.ts';

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';

/** Healthy traffic, and captures that cannot prove anything: no error and no warning about anybody's traffic. */
const INNOCENT: readonly (readonly [string, Capture])[] = [
  [
    'keep-alive, chunks, 204, 304 and HEAD',
    connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
      5ms client > server "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
      7ms client > server ${GET}
      8ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
      9ms client > server ${GET}
      10ms server > client "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"
      11ms client > server FIN
      12ms server > client FIN
    `,
  ],
  [
    'an answer that ends with the connection',
    connection`
      3ms client > server "GET / HTTP/1.0\r\n\r\n"
      4ms server > client "HTTP/1.0 200 OK\r\n\r\nall there is"
      5ms server > client FIN
      6ms client > server FIN
    `,
  ],
  [
    '100 Continue, then the content',
    connection`
      3ms client > server ${POST}
      4ms server > client "HTTP/1.1 100 Continue\r\n\r\n"
      5ms client > server "hello"
      6ms server > client ${OK}
    `,
  ],
  [
    'pipelined requests',
    connection`
      3ms client > server ${GET + GET}
      4ms server > client ${OK + OK}
      5ms server > client FIN
      6ms client > server FIN
    `,
  ],
  [
    'a client that closes an idle connection just as the server does',
    connection`
      3ms client > server ${GET}
      4ms server > client ${OK}
      5000ms server > client FIN
      5000.1ms client > server FIN
    `,
  ],
  [
    'an answer that is still on its way when the capture ends',
    connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
    `,
  ],
  [
    'a request without an answer when the capture ends',
    connection`
      3ms client > server ${GET}
    `,
  ],
  [
    'only the requests of a connection that the server closes',
    script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      2ms client > server ACK
      3ms client > server ${GET}
      5ms client > server FIN
    `,
  ],
  [
    'an answer that the capture lost, and then the FIN',
    connection`
      3ms client > server ${GET}
      4ms server > client ${OK} lost
      5ms client > server ACK
      6ms server > client FIN
      7ms client > server FIN
    `,
  ],
  [
    'an answer whose head the capture lost',
    connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Le" lost
      5ms server > client "ngth: 5\r\n\r\nhello"
      6ms client > server ACK
      7ms server > client FIN
      8ms client > server FIN
    `,
  ],
  [
    'a connection whose first packet in the capture is an answer',
    script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms server > client ${OK}
      1ms client > server ${GET}
      2ms server > client ${OK}
      3ms client > server FIN
      4ms server > client FIN
    `,
  ],
  [
    'a tunnel that is reset',
    connection`
      3ms client > server "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"
      4ms server > client "HTTP/1.1 200 Connection established\r\n\r\n"
      5ms client > server "SSH-2.0-client\r\n"
      6ms client > server RST
    `,
  ],
  [
    'STARTTLS: plaintext of the server before the ClientHello',
    connection`
      3ms client > server ${hexOctets('0000000804d2162f')}
      4ms server > client "S"
      5ms client > server ${clientHello({ sni: 'db.example', versions: [TLS.V12] })}
      6ms server > client ${serverHello()}
    `,
  ],
  [
    'TLS 1.3 that ends with close_notify after content',
    connection`
      3ms client > server ${clientHello({ sni: 'shop.example', versions: [TLS.V13] })}
      4ms server > client ${concat(serverHello({ version: TLS.V13 }), applicationData(500))}
      5ms client > server ${concat(applicationData(53), applicationData(100))}
      6ms server > client ${applicationData(300)}
      7ms server > client ${applicationData(19)}
      8ms server > client FIN
      9ms client > server FIN
    `,
  ],
  [
    'localhost refused on ::1 and served on 127.0.0.1',
    script`
      six  [::1]:40000
      four 127.0.0.1:40001
      serversix [::1]:8080
      serverfour 127.0.0.1:8080
      0ms six > serversix SYN
      0.1ms serversix > six RST ACK
      0.2ms four > serverfour SYN
      0.3ms serverfour > four SYN ACK
      0.4ms four > serverfour ACK
      1ms four > serverfour ${GET}
      2ms serverfour > four ${OK}
    `,
  ],
];

describe('no error and no warning is claimed', () => {
  it.each(INNOCENT)('for %s', async (_name, capture) => {
    const loud = outline(await findingsOf(capture)).filter(
      (line) => !line.startsWith('note') && !line.includes('capture-quality'),
    );
    expect(loud).toEqual([]);
  });
});
