import type { Capture } from '../support/capture.ts';
import { connection, script } from '../support/packet-script.ts';
import { alert, clientHello, serverHello, TLS } from '../support/tls-messages.ts';

/** Captures whose packets are described field by field; every packet of each is in the golden of its name. */
export const DESCRIBED: Readonly<Record<string, Capture>> = {
  'tcp-and-http': connection`
    3ms client > server SYN isn 77 tcpopt hex"020405b4 0402 080a0000000100000002 01 030307" ipopt hex"94040000"
    4ms client > server "POST /a?b=c HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc" URG
    5ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nServer: x\r\n\r\n" tcpopt hex"0101 050a0000000100000002"
    6ms server > client FIN ECE CWR
  `,
  tls: connection`
    3ms client > server ${clientHello({
      sni: 'shop.example',
      alpn: ['h2', 'http/1.1'],
      versions: [TLS.V13, TLS.V12],
      hasGrease: true,
    })}
    4ms server > client ${serverHello({ version: TLS.V12, cipher: 0xc02f, alpn: 'h2' })} ${alert(2, 40)}
    5ms server > client ${serverHello({ version: TLS.V13 })}
  `,
  'vlan-and-ipv6': script`
    link ethernet qinq 20 10
    a [2001:db8::1]:5000
    b [2001:db8::2]:5001
    0ms a > b udp "datagram" ext hop,dest
    1ms a > b icmp 128 0 hex"00010002" "echo"
    2ms a > b SYN ttl 3
  `,
  sll: script`
    link sll
    a 10.0.0.1:5000
    b 10.0.0.2:5001
    0ms a > b udp "datagram"
    1ms b > a icmp 3 3 "12345678"
  `,
  sll2: script`
    link sll2
    a 10.0.0.1:5000
    b 10.0.0.2:5001
    0ms a > b udp "datagram" ttl 9
    1ms b > a SYN ACK
  `,
  null: script`
    link null
    a 10.0.0.1:5000
    b 10.0.0.2:5001
    c [::1]:1
    d [::1]:2
    0ms a > b udp "datagram"
    1ms c > d udp "x"
  `,
  arp: script`
    a 10.0.0.1:0
    b 10.0.0.2:0
    0ms a > b ether 0x0806 hex"0001080006040001 020000000001 0a000001 000000000000 0a000002"
  `,
  'cut-short': script`
    a 10.0.0.1:5000
    b 10.0.0.2:80
    0ms a > b "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n" snap 75
    1ms a > b SYN tcpopt hex"020405b4 030307" snap 57
    2ms a > b udp "x" snap 40
    3ms a > b udp "x" snap 30
    4ms a > b udp "x" snap 12
  `,
};
