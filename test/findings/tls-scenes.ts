import { connection, script } from '../support/packet-script.ts';
import {
  alert,
  changeCipherSpec,
  clientHello,
  clientKeyExchange,
  encryptedFinished,
  serverFlight12,
  TLS,
} from '../support/tls-messages.ts';
import { GET, OK, type Scene } from './scene.ts';
import { concat } from '../support/octets.ts';

const MESH = { sni: 'outbound_.80_._.orders.shop.svc.cluster.local', alpn: ['istio'] } as const;
const PLAIN = { sni: 'orders.shop', alpn: ['h2'] } as const;
const VERSIONS = { versions: [TLS.V12] } as const;
const FINISHED = concat(clientKeyExchange(), changeCipherSpec(), encryptedFinished());
const SERVER_FINISHED = concat(changeCipherSpec(), encryptedFinished());

/** Scenes of the rules on TLS. */
export const TLS_SCENES: readonly Scene[] = [
  {
    rule: 'no-sni',
    fires: {
      when: 'a hello without a name is closed, and one with a name succeeds',
      capture: script`
        good 10.0.0.1:1000
        bad  10.0.0.1:1001
        server 10.0.0.2:443
        0ms good > server SYN
        1ms server > good SYN ACK
        2ms good > server ACK
        3ms good > server ${clientHello({ sni: 'shop.example', ...VERSIONS })}
        4ms server > good ${serverFlight12()}
        5ms good > server ${FINISHED}
        6ms server > good ${SERVER_FINISHED}
        10ms bad > server SYN
        11ms server > bad SYN ACK
        12ms bad > server ACK
        13ms bad > server ${clientHello(VERSIONS)}
        14ms server > bad FIN
      `,
      severity: 'error',
      title: 'A ClientHello without SNI reached the server, which closed the connection',
    },
    nearMiss: {
      when: 'its name is encrypted (ECH)',
      capture: connection`
        3ms client > server ${clientHello({ hasEch: true })}
        4ms server > client FIN
      `,
    },
  },
  {
    rule: 'foreign-sni',
    fires: {
      when: 'a plain name reaches a server that others call by the name of the mesh',
      capture: script`
        good 10.0.0.1:1000
        bad  10.0.0.1:1001
        server 10.0.0.2:9443
        0ms good > server SYN
        1ms server > good SYN ACK
        2ms good > server ACK
        3ms good > server ${clientHello({ ...MESH, ...VERSIONS })}
        4ms server > good ${serverFlight12()}
        5ms good > server ${FINISHED}
        6ms server > good ${SERVER_FINISHED}
        10ms bad > server SYN
        11ms server > bad SYN ACK
        12ms bad > server ACK
        13ms bad > server ${clientHello({ ...PLAIN, ...VERSIONS })}
        14ms server > bad RST
      `,
      severity: 'error',
      title: 'A ClientHello with a foreign SNI reached the mesh, and the server reset the connection',
    },
    nearMiss: {
      when: 'no other calls that server by a name of the mesh',
      capture: connection`
        3ms client > server ${clientHello({ ...PLAIN, ...VERSIONS })}
        4ms server > client RST
      `,
    },
  },
  {
    rule: 'plaintext-to-tls',
    fires: {
      when: 'a plain request is answered with an alert',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${alert(2, 70)}
        5ms server > client FIN
      `,
      severity: 'error',
      title: 'The client sent plaintext HTTP to a port that speaks TLS',
    },
    nearMiss: {
      when: 'a sidecar that takes both answers it, and closes another plain request without an answer',
      capture: script`
        tls 10.0.0.1:1000
        plain 10.0.0.1:1001
        other 10.0.0.1:1002
        server 10.0.0.2:8080
        0ms tls > server SYN
        1ms server > tls SYN ACK
        2ms tls > server ACK
        3ms tls > server ${clientHello({ ...MESH, ...VERSIONS })}
        4ms server > tls ${serverFlight12()}
        5ms tls > server ${FINISHED}
        6ms server > tls ${SERVER_FINISHED}
        10ms plain > server SYN
        11ms server > plain SYN ACK
        12ms plain > server ACK
        13ms plain > server ${GET}
        14ms server > plain ${OK}
        20ms other > server SYN
        21ms server > other SYN ACK
        22ms other > server ACK
        23ms other > server ${GET}
        24ms server > other FIN
      `,
    },
  },
  {
    rule: 'tls-alert',
    fires: {
      when: 'the server refuses the hello with a fatal alert',
      capture: connection`
        3ms client > server ${clientHello({ sni: 'shop.example', versions: [TLS.V10], legacyVersion: TLS.V10 })}
        4ms server > client ${alert(2, 70)}
        5ms server > client FIN
      `,
      severity: 'error',
      title: 'The server ended the TLS handshake with the alert protocol_version',
    },
    nearMiss: {
      when: 'the alert is a warning and the handshake goes on',
      capture: connection`
        3ms client > server ${clientHello({ sni: 'shop.example', ...VERSIONS })}
        4ms server > client ${alert(1, 112)}
        5ms server > client ${serverFlight12()}
        6ms client > server ${FINISHED}
        7ms server > client ${SERVER_FINISHED}
      `,
    },
  },
  {
    rule: 'handshake-cut',
    fires: {
      when: 'the server resets after the ClientHello',
      capture: connection`
        3ms client > server ${clientHello({ sni: 'shop.example', ...VERSIONS })}
        4ms server > client RST
      `,
      severity: 'error',
      title: 'The server reset the connection in the middle of the TLS handshake',
    },
    nearMiss: {
      when: 'it resets when the handshake is over',
      capture: connection`
        3ms client > server ${clientHello({ sni: 'shop.example', ...VERSIONS })}
        4ms server > client ${serverFlight12()}
        5ms client > server ${FINISHED}
        6ms server > client ${SERVER_FINISHED}
        7ms server > client RST
      `,
    },
  },
];
