import { connection } from '../support/packet-script.ts';
import { GET, OK, type Scene } from './scene.ts';

/** Scenes of the rules on messages that break a standard. */
export const MESSAGE_SCENES: readonly Scene[] = [
  {
    rule: 'dup-te',
    fires: {
      when: 'an answer has two Transfer-Encoding lines and its reader resets',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n"
        5ms client > server RST
      `,
      severity: 'error',
      title: 'The server sent Transfer-Encoding twice, so the client reset the connection',
    },
    nearMiss: {
      when: 'it has one, in unusual letters, and one Trailer',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTRANSFER-encoding: Chunked\r\nTrailer: x\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        5ms client > server RST
      `,
    },
  },
  {
    rule: 'te-and-cl',
    fires: {
      when: 'a request has both and is refused with 400',
      capture: connection`
        3ms client > server "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        4ms server > client "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        5ms server > client FIN
      `,
      severity: 'error',
      title:
        'The client sent Transfer-Encoding and Content-Length together, so the server refused it with 400',
    },
    nearMiss: {
      when: 'one answer has the one, the next the other',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        5ms client > server ${GET}
        6ms server > client ${OK}
      `,
    },
  },
  {
    rule: 'cl-conflict',
    fires: {
      when: 'two lengths differ and the reader resets',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"
        5ms client > server RST
      `,
      severity: 'error',
      title: 'The server sent Content-Length with different values, so the client reset the connection',
    },
    nearMiss: {
      when: 'they are the same twice',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"
      `,
    },
  },
  {
    rule: 'bad-host',
    fires: {
      when: 'an HTTP/1.1 request has no Host and is refused with 400',
      capture: connection`
        3ms client > server "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"
        4ms server > client "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
      `,
      severity: 'error',
      title: 'The client sent an HTTP/1.1 request without Host, so the server refused it with 400',
    },
    nearMiss: {
      when: 'it is HTTP/1.0, which needs none',
      capture: connection`
        3ms client > server "GET / HTTP/1.0\r\nAccept: */*\r\n\r\n"
        4ms server > client "HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
      `,
    },
  },
  {
    rule: 'duplicate-singleton',
    fires: {
      when: 'a redirect has two Location lines that differ',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 302 Found\r\nLocation: /a\r\nlocation: /b\r\nContent-Length: 0\r\n\r\n"
      `,
      severity: 'warning',
      title: 'The server sent Location twice',
    },
    nearMiss: {
      when: 'Set-Cookie, Vary and Cache-Control stand twice, which they may',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: a\r\nVary: b\r\nCache-Control: no-cache\r\nCache-Control: private\r\nContent-Length: 2\r\n\r\nok"
      `,
    },
  },
  {
    rule: 'chunk-error',
    fires: {
      when: 'a chunk size is a word',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ntwo\r\nok\r\n0\r\n\r\n"
        5ms client > server RST
      `,
      severity: 'error',
      title: 'The server sent a chunk size that is no hexadecimal number, so the client reset the connection',
    },
    nearMiss: {
      when: 'sizes have zeros before them, extensions behind them, and trailers follow',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000A;name=\"x\"\r\n0123456789\r\n0\r\nChecksum: 1\r\n\r\n"
        5ms client > server RST
      `,
    },
  },
  {
    rule: 'cl-mismatch',
    fires: {
      when: 'the server closes short of Content-Length',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
        5ms server > client FIN
      `,
      severity: 'error',
      title: 'The server closed the connection 90 octets short of its Content-Length',
    },
    nearMiss: {
      when: 'the answer has no content although it has a length: HEAD, and 304',
      capture: connection`
        3ms client > server "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
        5ms client > server ${GET}
        6ms server > client "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"
        7ms server > client FIN
      `,
    },
  },
];
