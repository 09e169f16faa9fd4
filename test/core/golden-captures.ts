import type { Capture } from '../support/capture.ts';
import { connection, script } from '../support/packet-script.ts';
import {
  alert,
  applicationData,
  changeCipherSpec,
  clientHello,
  clientKeyExchange,
  encryptedFinished,
  serverFlight12,
  serverHello,
  TLS,
} from '../support/tls-messages.ts';

const GET = 'GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Captures whose whole description is a golden (test/golden/core/NAME.txt), compared with tshark when it was made. */
export const GOLDEN: Readonly<Record<string, Capture>> = {
  'double-transfer-encoding': script`
    link sll2
    client 10.244.0.10:48122
    proxy 10.244.0.10:41854
    server 10.244.0.11:8080
    0ms   proxy > server SYN
    0.1ms server > proxy SYN ACK
    0.2ms proxy > server ACK
    1ms   proxy > server "GET /wrong HTTP/1.1\r\nhost: shop\r\nx-request-id: 8f\r\n\r\n"
    1.1ms server > proxy ACK
    4ms   server > proxy "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
    4.1ms server > proxy "5\r\nhello\r\n0\r\n\r\n"
    4.2ms proxy > server RST
    4.3ms proxy > server RST
  `,
  'keep-alive-race': connection`
    3ms     client > server ${GET}
    4ms     server > client ${OK}
    5ms     client > server ACK
    60000ms server > client FIN
    60000.1ms client > server ${GET}
    60001ms server > client RST
  `,
  'pipelined-and-chunked': connection`
    3ms client > server ${GET} "POST /up HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n" mss 40
    4ms client > server "3;x=y\r\nabc\r\n0\r\nDigest: none\r\n\r\n"
    5ms server > client ${OK} "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    6ms client > server FIN
    7ms server > client FIN
    8ms client > server ACK
  `,
  'lost-and-resent': connection`
    3ms   client > server ${GET}
    5ms   server > client "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n"
    6ms   server > client "a"*100 lost #lost
    7ms   server > client "b"*100
    8ms   client > server ACK ack before #lost
    9ms   server > client "c"*100
    10ms  client > server ACK ack before #lost
    11ms  client > server ACK ack before #lost
    12ms  server > client again #lost
    13ms  client > server ACK
    300ms server > client again #lost
  `,
  'a-gap-between-exchanges': connection`
    3ms client > server ${GET}
    4ms server > client ${OK}
    5ms client > server ACK
    6ms client > server "GET /unseen HTTP/1.1\r\nHost: shop.example\r\n\r\n" lost
    7ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" lost
    8ms client > server "GET /seen HTTP/1.1\r\nHost: shop.example\r\n\r\n"
    9ms server > client ${OK}
    10ms client > server ACK
  `,
  'ports-reused': script`
    client 10.0.0.1:35500 isn 100
    server 10.0.0.2:8080 isn 900
    0ms   client > server SYN
    1ms   server > client SYN ACK
    2ms   client > server ${GET}
    3ms   server > client ${OK}
    4ms   server > client RST
    200ms client > server SYN isn 5000
    201ms server > client SYN ACK isn 7000
    202ms client > server "GET /again HTTP/1.1\r\nHost: shop.example\r\n\r\n"
    203ms server > client "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    204ms server > client FIN
    205ms client > server FIN
  `,
  'tls-1.2-and-its-failures': script`
    client 10.0.0.1:40001
    server 10.0.0.2:8443
    second 10.0.0.1:40002
    third 10.0.0.1:40003
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ${clientHello({ sni: 'shop.example', alpn: ['h2'] })}
    3ms server > client ${serverHello({ version: TLS.V12, cipher: 0xc02f, alpn: 'h2' })} ${serverFlight12()}
    4ms client > server ${clientKeyExchange()} ${changeCipherSpec()} ${encryptedFinished()}
    5ms server > client ${changeCipherSpec()} ${encryptedFinished()}
    6ms client > server ${applicationData(100)}
    7ms second > server SYN
    8ms server > second SYN ACK
    9ms second > server ${clientHello({})}
    10ms server > second ${alert(2, 112)}
    11ms server > second FIN
    12ms third > server SYN
    13ms server > third SYN ACK
    14ms third > server ${clientHello({ sni: 'cut.example' })}
    15ms server > third RST
  `,
  'tls-1.3-with-retry': connection`
    3ms client > server ${clientHello({ sni: 'shop.example', versions: [TLS.V13], size: 1700 })} mss 1448
    4ms server > client ${serverHello({ isRetry: true })} ${changeCipherSpec()}
    5ms client > server ${changeCipherSpec()} ${clientHello({ sni: 'shop.example', versions: [TLS.V13] })}
    6ms server > client ${serverHello()} ${applicationData(900)}
    7ms client > server ${applicationData(53)}
    8ms client > server ${applicationData(200)}
    9ms server > client ${applicationData(300)}
  `,
  'every-packet-twice': script`
    link sll
    twice
    client 127.0.0.1:40001
    server 127.0.0.1:8080
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms client > server ${GET}
    4ms server > client ${OK}
    5ms client > server FIN
    6ms server > client FIN
    7ms client > server ACK
  `,
  'other-transports': script`
    link ethernet vlan 10
    a 10.0.0.1:5353
    b 10.0.0.2:53
    c [2001:db8::1]:40000
    d [2001:db8::2]:443
    0ms a > b udp "question" #question
    1ms b > a icmp 3 3 quoting #question
    2ms c > d SYN
    3ms d > c RST ACK
    4ms a > b icmp 8 0 hex"00010001" "ping"
    5ms a > b proto 132 "sctp"
    6ms a > b udp "x"*100 fragments 48
    7ms a > b ether 0x0806 hex"0001080006040001 020000000001 0a000001 000000000000 0a000002"
  `,
};
