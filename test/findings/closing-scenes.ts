import { connection, script } from '../support/packet-script.ts';
import { GET, OK, type Scene } from './scene.ts';

/** Scenes of the rules on how connections end, and of capture-quality. */
export const CLOSING_SCENES: readonly Scene[] = [
  {
    rule: 'syn-refused',
    fires: {
      when: 'a SYN is answered by RST',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms client > server SYN
        1ms server > client RST ACK
      `,
      severity: 'error',
      title: 'Nothing listened on 10.0.0.2:8080: the connection was refused',
    },
    nearMiss: {
      when: 'it is answered, and the RST comes later',
      capture: connection`
        3ms server > client RST
      `,
    },
  },
  {
    rule: 'keepalive-race',
    fires: {
      when: 'the next request crosses the FIN of an idle server',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5004ms server > client FIN
        5004.5ms client > server ${GET}
        5006ms server > client RST
      `,
      severity: 'error',
      title: 'The server closed the connection after 5.00 s idle, just as the client sent a request',
    },
    nearMiss: {
      when: 'the server takes the request and closes long after',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5004ms client > server ${GET}
        5005ms server > client ACK
        5504ms server > client FIN
      `,
    },
  },
  {
    rule: 'rst-mid-response',
    fires: {
      when: 'the server resets inside the content',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
        5ms server > client RST
      `,
      severity: 'error',
      title: 'The server reset the connection in the middle of its answer',
    },
    nearMiss: {
      when: 'it resets after the last octet',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5ms server > client RST
      `,
    },
  },
  {
    rule: 'no-response-close',
    fires: {
      when: 'the server closes instead of answering',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ACK
        50ms server > client FIN
      `,
      severity: 'error',
      title: 'The server closed the connection without an answer',
    },
    nearMiss: {
      when: 'the client closes first: it gave up',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ACK
        50ms client > server FIN
        51ms server > client FIN
      `,
    },
  },
  {
    rule: 'rst-after-response',
    fires: {
      when: 'the client resets after a complete answer',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5ms client > server RST
      `,
      severity: 'note',
      title: 'Connections closed with RST by the client, after complete answers',
    },
    nearMiss: {
      when: 'both sides have closed before',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5ms server > client FIN
        6ms client > server FIN
        7ms server > client ACK
        8ms client > server RST
      `,
    },
  },
  {
    rule: 'capture-quality',
    fires: {
      when: 'octets are missing that were acknowledged',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
        5ms server > client "0123456789" lost
        6ms server > client "0123456789"
        7ms client > server ACK
        8ms client > server ${GET}
        9ms server > client ${OK}
        10ms client > server ACK
        11ms client > server FIN
        12ms server > client FIN
      `,
      severity: 'warning',
      title: 'The capture is incomplete: 1 stream with gaps',
    },
    nearMiss: {
      when: 'a segment is lost on the wire and sent again',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
        5ms server > client "0123456789" lost #lost
        6ms server > client "0123456789"
        206ms server > client again #lost
        207ms client > server ACK
      `,
    },
  },
];
