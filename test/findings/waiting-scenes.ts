import type { Capture } from '../support/capture.ts';
import { connection, script } from '../support/packet-script.ts';
import { GET, OK, type Scene } from './scene.ts';

const SLOW = 'HTTP/1.1 504 Gateway Timeout\r\nServer: istio-envoy\r\nContent-Length: 0\r\n\r\n';

/** A POST that is answered 503, and one after it on another connection. */
function retried(secondId: string): Capture {
  const post = (id: string): string =>
    `POST /orders HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\nContent-Length: 2\r\n\r\n{}`;
  return script`
    first  10.0.0.1:35500
    second 10.0.0.1:35501
    server 10.0.0.2:8080
    0ms first > server SYN
    1ms server > first SYN ACK
    2ms first > server ACK
    3ms first > server ${post('47f1')}
    9ms server > first "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    20ms second > server SYN
    21ms server > second SYN ACK
    22ms second > server ACK
    23ms second > server ${post(secondId)}
    29ms server > second "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
  `;
}

/** Scenes of the rules on answers that are waited for in vain. */
export const WAITING_SCENES: readonly Scene[] = [
  {
    rule: 'timeout',
    fires: {
      when: 'a proxy closes after waiting, and tells its caller 504',
      capture: script`
        caller 10.0.0.1:35500
        front  10.0.0.9:8080
        back   10.0.0.9:40000
        app    10.0.0.7:8080
        0ms caller > front SYN
        0.1ms front > caller SYN ACK
        0.2ms caller > front ACK
        1ms caller > front ${GET}
        2ms back > app SYN
        2.1ms app > back SYN ACK
        2.2ms back > app ACK
        3ms back > app ${GET}
        3.1ms app > back ACK
        15003ms back > app RST
        15004ms front > caller ${SLOW}
      `,
      severity: 'error',
      title: 'The app did not answer within 15.0 s, and the proxy stopped waiting',
    },
    nearMiss: {
      when: 'it waits, is answered, and passes the answer on',
      capture: script`
        caller 10.0.0.1:35500
        front  10.0.0.9:8080
        back   10.0.0.9:40000
        app    10.0.0.7:8080
        0ms caller > front SYN
        0.1ms front > caller SYN ACK
        0.2ms caller > front ACK
        1ms caller > front ${GET}
        2ms back > app SYN
        2.1ms app > back SYN ACK
        2.2ms back > app ACK
        3ms back > app ${GET}
        14003ms app > back ${OK}
        14004ms front > caller ${OK}
        14005ms back > app FIN
      `,
    },
  },
  {
    rule: 'client-gave-up',
    fires: {
      when: 'the client closes before an answer comes',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ACK
        3003ms client > server FIN
        3004ms server > client ACK
        3005ms server > client FIN
      `,
      severity: 'warning',
      title: 'The client gave up after 3.00 s without an answer',
    },
    nearMiss: {
      when: 'it only says that it has no more to ask, and takes the answer',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ACK
        3003ms client > server FIN
        4004ms server > client ${OK}
        4005ms client > server ACK
        4006ms server > client FIN
      `,
    },
  },
  {
    rule: 'idle-drop',
    fires: {
      when: 'after minutes of silence a request is sent again and again',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5ms client > server ACK
        400000ms client > server ${GET} #request
        400200ms client > server again #request
        400600ms client > server again #request
        401400ms client > server again #request
      `,
      severity: 'error',
      title: 'After 6 min 40 s of silence the connection led nowhere: the request was never acknowledged',
    },
    nearMiss: {
      when: 'it is sent again once, and then answered',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${OK}
        5ms client > server ACK
        400000ms client > server ${GET} #request
        400200ms client > server again #request
        400600ms client > server again #request
        401400ms server > client ${OK}
      `,
    },
  },
  {
    rule: 'early-response',
    fires: {
      when: 'the server answers in the middle of an upload and resets',
      capture: connection`
        3ms client > server "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" "x"*1400
        4ms server > client "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        5ms client > server "x"*1400
        6ms server > client RST
      `,
      severity: 'warning',
      title:
        'The server answered 413 Content Too Large before the request was sent, and reset the connection',
    },
    nearMiss: {
      when: 'the client stops and the server closes as it should',
      capture: connection`
        3ms client > server "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" "x"*1400
        4ms server > client "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        5ms server > client FIN
        6ms client > server FIN
      `,
    },
  },
  {
    rule: 'retry-dup',
    fires: {
      when: 'a POST that failed is sent again with the same x-request-id',
      capture: retried('47f1'),
      severity: 'warning',
      title: 'The client sent POST again after it failed: the work may be done twice',
    },
    nearMiss: {
      when: 'the next one is another request',
      capture: retried('47f2'),
    },
  },
  {
    rule: 'local-reply',
    fires: {
      when: 'Envoy answers without having asked an app',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 19\r\ncontent-type: text/plain\r\ndate: Sat, 21 Nov 2026 22:00:19 GMT\r\nserver: istio-envoy\r\n\r\nno healthy upstream"
      `,
      severity: 'error',
      title: 'Envoy itself answered 503 Service Unavailable: it is no app’s answer',
    },
    nearMiss: {
      when: 'it passes on what the app answered',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\ncontent-type: text/plain\r\nx-envoy-upstream-service-time: 3\r\nserver: istio-envoy\r\n\r\nbusy"
      `,
    },
  },
];
