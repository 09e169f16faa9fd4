import { connection } from '../support/packet-script.ts';
import { GET, type Scene } from './scene.ts';

/** Scenes of the rules on header lines and sections. */
export const LINE_SCENES: readonly Scene[] = [
  {
    rule: 'bad-field-line',
    fires: {
      when: 'there is white space before a colon',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nX-Trace : 1\r\nContent-Length: 2\r\n\r\nok"
      `,
      severity: 'warning',
      title: 'The server sent a header section with white space before the colon',
    },
    nearMiss: {
      when: 'it is behind the colon',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nX-Trace:   1  \r\nContent-Length: 2\r\n\r\nok"
      `,
    },
  },
  {
    rule: 'body-forbidden',
    fires: {
      when: 'a 204 announces content',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n"
      `,
      severity: 'warning',
      title: 'The server sent 204 with the framing of content',
    },
    nearMiss: {
      when: 'a 304 tells how long the content would be',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"
      `,
    },
  },
  {
    rule: 'te-in-http10',
    fires: {
      when: 'an answer of HTTP/1.0 comes in chunks',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        5ms server > client FIN
      `,
      severity: 'warning',
      title: 'The server sent Transfer-Encoding in an HTTP/1.0 message',
    },
    nearMiss: {
      when: 'it is HTTP/1.1',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
      `,
    },
  },
  {
    rule: 'header-limits',
    fires: {
      when: 'a section has more than a hundred lines',
      capture: connection`
        3ms client > server ${`GET / HTTP/1.1\r\nHost: a\r\n${'X-Debug: 1\r\n'.repeat(120)}\r\n`}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      `,
      severity: 'warning',
      title: 'The client sent a header section of 121 lines and 1,467 bytes',
    },
    nearMiss: {
      when: 'it has ninety',
      capture: connection`
        3ms client > server ${`GET / HTTP/1.1\r\nHost: a\r\n${'X-Debug: 1\r\n'.repeat(89)}\r\n`}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      `,
    },
  },
];
