import { connection, script } from '../support/packet-script.ts';
import { GET, type Scene } from './scene.ts';

const LARGE = 'HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n';

/** Scenes of the rules on what lies between client and server, and on who does not read. */
export const PATH_SCENES: readonly Scene[] = [
  {
    rule: 'syn-timeout',
    fires: {
      when: 'SYNs go unanswered',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms client > server SYN #syn
        1000ms client > server again #syn
        3000ms client > server again #syn
      `,
      severity: 'error',
      title: 'No answer from 10.0.0.2:8080: SYNs went unanswered',
    },
    nearMiss: {
      when: 'the third is answered',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms client > server SYN #syn
        1000ms client > server again #syn
        3000ms client > server again #syn
        3001ms server > client SYN ACK
      `,
    },
  },
  {
    rule: 'mtu-hole',
    fires: {
      when: 'ICMP says that a segment is too big, and it is sent again as it was',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        router 10.0.0.9:0
        0ms client > server SYN
        1ms server > client SYN ACK
        2ms client > server ACK
        3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" "x"*1390 #large
        4ms router > client icmp 3 4 quoting #large patch l4+4 hex"00000578"
        203ms client > server again #large
        603ms client > server again #large
        1403ms client > server again #large
        6000ms server > client FIN ack before #large
      `,
      severity: 'error',
      title: 'Segments of 1,441 octets from the client do not fit the way: its MTU is 1,400',
    },
    nearMiss: {
      when: 'the sender sends smaller ones after it',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        router 10.0.0.9:0
        0ms client > server SYN
        1ms server > client SYN ACK
        2ms client > server ACK
        3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1390\r\n\r\n" "x"*1390 #large
        4ms router > client icmp 3 4 quoting #large patch l4+4 hex"00000578"
        5ms client > server seq before #large "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1390\r\n\r\n" "x"*1000
        6ms client > server "x"*390
        7ms server > client ACK
        6000ms server > client FIN
      `,
    },
  },
  {
    rule: 'zero-window',
    fires: {
      when: 'a window of 0 lasts until the sender resets',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${LARGE} "x"*1000
        5ms client > server ACK win 0
        1005ms server > client seq -1 "x"
        1006ms client > server ACK win 0
        30006ms server > client RST
      `,
      severity: 'error',
      title: 'The client took nothing in for 30.0 s: its window was 0',
    },
    nearMiss: {
      when: 'it is opened again within a moment',
      capture: connection`
        3ms client > server ${GET}
        4ms server > client ${LARGE} "x"*1000
        5ms client > server ACK win 0
        205ms client > server ACK win 60000
        206ms server > client "x"*1000
        30006ms server > client RST
      `,
    },
  },
  {
    rule: 'alien-rst',
    fires: {
      when: 'the RST has another time to live than the packets of the server',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080 ttl 55
        0ms client > server SYN
        1ms server > client SYN ACK
        2ms client > server ACK
        3ms client > server ${GET}
        4ms server > client ACK
        5ms server > client RST ttl 62
      `,
      severity: 'error',
      title: 'A RST in the name of the server came from another machine: TTL 62 instead of 55',
    },
    nearMiss: {
      when: 'the way of the packets was a hop longer',
      capture: script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080 ttl 55
        0ms client > server SYN
        1ms server > client SYN ACK
        2ms client > server ACK
        3ms client > server ${GET}
        4ms server > client ACK
        5ms server > client RST ttl 54
      `,
    },
  },
];
