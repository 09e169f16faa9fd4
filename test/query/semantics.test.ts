import { beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { unboundFields } from '../../workers/query/field-lookup.ts';
import { compileFilter } from '../../workers/query/index.ts';
import { packetNumbers, sampleCore, selected } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

const FLOW_0 = [1, 2, 3, 4, 5, 6, 8, 9, 10, 19];
const TLS_FLOW = [7, 11, 12, 13];

describe('the packets that a filter selects', () => {
  it.each<[filter: string, packets: readonly number[]]>([
    // Protocols
    ['arp', [16]],
    ['udp', [14, 15]],
    ['dns', [14, 15]],
    ['ipv6', TLS_FLOW],
    ['tls', [11, 12, 13]],
    ['http', [4, 5, 6, 8, 9, 17, 18]],
    ['not (tcp or udp)', [16]],
    // Numbers and their spellings
    ['frame.number == 3', [3]],
    ['frame.number == 0x3', [3]],
    ['frame.number == 0b11', [3]],
    ['frame.number == 010', [8]],
    ["frame.number == '\\t'", [9]],
    ['3 == frame.number', [3]],
    ['3 > frame.number', [1, 2]],
    ['2 <= frame.number < 4', [2, 3]],
    ['frame.number > -1 and frame.number lt 2', [1]],
    ['frame.len > frame.cap_len', [16, 17, 18, 19]],
    ['frame.len === frame.cap_len and frame.number ge 14', [14, 15]],
    // Times
    ['frame.time_relative >= 0.0165', [18, 19]],
    ['frame.time_relative == 0.017', [18]],
    ['frame.time_relative < .001', [1]],
    ['frame.time_delta == 0', [1]],
    ['frame.time_epoch < 0.002', [1, 2]],
    ['frame.time >= "1970-01-01T00:00:00.018Z"', [19]],
    // Addresses
    ['ip.src == 10.0.0.2', [2, 5, 8, 9, 10, 18]],
    ['ip.dst == 10.0.0.2', [1, 3, 4, 6, 17, 19]],
    ['ip.addr == 192.168.0.0/16', [14, 15, 17, 18]],
    ['ip.addr == 10.0.0.0/31 and ip.proto == 17', [14, 15]],
    ['ip.addr == 0.0.0.0/0', [1, 2, 3, 4, 5, 6, 8, 9, 10, 14, 15, 17, 18, 19]],
    ['ip.src in {10.0.0.2..10.0.0.9}', [2, 5, 8, 9, 10, 18]],
    ['ip.addr > 192.168.1.4', [14, 15, 17, 18]],
    ['ip.src == ip.dst', []],
    ['ipv6.addr == 2001:db8::2', TLS_FLOW],
    ['ipv6.src == 2001:db8:0:0:0:0:0:2', [12, 13]],
    ['ipv6.addr == 2001:db8::/32', TLS_FLOW],
    ['ipv6.addr == 2001:db9::/32', []],
    ['ip.host contains "168.1"', [14, 15, 17, 18]],
    ['ipv6.src_host == "2001:db8::1"', [7, 11]],
    ['ip.version == 6', TLS_FLOW],
    // Ports
    ['tcp.srcport == 80', [2, 5, 8, 9, 10]],
    ['tcp.dstport == 80', [1, 3, 4, 6, 19]],
    ['tcp.port in {53, 443, 8000..8999}', [7, 11, 12, 13, 17, 18]],
    ['udp.port == 53', [14, 15]],
    ['tcp.stream eq 1', TLS_FLOW],
    ['udp.stream == 0', [14, 15]],
    // Flags
    ['tcp.flags.reset == 1', [10]],
    ['tcp.flags.reset == true', [10]],
    ['tcp.flags.reset == "Set"', [10]],
    ['tcp.flags.syn == 1 && tcp.flags.ack == 0', [1, 7]],
    ['tcp.flags & 0x12 == 0x12', [2]],
    ['tcp.flags & 4', [10]],
    ['tcp.flags == 0x04', [10]],
    ['tcp.flags.reset == 0 and not tcp.flags.push == 1', [1, 2, 3, 7, 8]],
    ['tcp.analysis.retransmission', [19]],
    ['tcp.analysis.flags', [19]],
    ['tcp.analysis.out_of_order', []],
    // Messages, at the packets of their heads
    ['http.request', [4, 6, 17]],
    ['http.response', [5, 8, 9, 18]],
    ['http.request.method == "GET"', [4, 17]],
    ['http.request.method == GET', [4, 17]],
    ['http.request.uri == "/wrong"', [4]],
    ['http.request.uri.path == "/checkout"', [6]],
    ['http.request.uri.path == "/a"', [17]],
    ['http.request.uri.query == "id=7"', [6]],
    ['http.request.full_uri == "http://shop.example/wrong"', [4]],
    ['http.request.full_uri == "http://other.example:8080/a"', [17]],
    ['http.response_for.uri contains "/wrong"', [5]],
    ['http.response.code >= 500', [5]],
    ['http.response.phrase == "OK"', [8, 9, 18]],
    ['http.response.version == "HTTP/1.0"', [18]],
    ['http.host == "shop.example"', [4, 6]],
    ['http.header.x-request-id', [4]],
    ['http.header.X-REQUEST-ID == "abc-1"', [4]],
    ['http.server matches "^NG"', [8, 9]],
    ['http.server matches "(?-i)^NG"', []],
    ['http.request.line contains "curl"', [4]],
    ['http.response.line contains "curl"', []],
    ['http.header contains "chunked"', [8, 9]],
    ['http.content_length == 12', [6]],
    ['http.content_length_header == "0"', [5]],
    ['http.time > 0', [5, 8, 9, 18]],
    ['http.response_in == 5', [4]],
    ['http.request_in == 6', [8, 9]],
    ['offwire.violation == "dup-te"', [8, 9]],
    ['offwire.message.state == "cut-by-rst"', [8, 9]],
    ['offwire.message.framing in {"chunked", "content-length"}', [5, 8, 9]],
    // TLS
    ['tls.handshake', [11, 12]],
    ['tls.handshake.type == 1', [11]],
    ['tls.handshake.type == "Server Hello"', [12]],
    ['tls.handshake.extensions_server_name contains "outbound"', [11]],
    ['tls.handshake.extensions_alpn_str == "h2"', [11, 12]],
    ['tls.handshake.extensions_alpn_str == "http/1.1"', [11]],
    ['tls.handshake.version == 0x0303', [11, 12]],
    ['tls.handshake.extensions.supported_version == 0x0304', [11, 12]],
    ['tls.handshake.ciphersuite == 0x1301', [12]],
    ['tls.alert_message', [13]],
    ['tls.alert_message.desc == 40 and tls.alert_message.level == "Fatal"', [13]],
    ['offwire.hello.outcome == "alert"', [11, 12, 13]],
    // Functions
    ['lower(http.request.method) == "get"', [4, 17]],
    ['upper(http.server) == "NGINX"', [8, 9]],
    ['len(http.request.uri) == 6', [4]],
    ['len(http.header) > 27', [6]],
    ['count(http.transfer_encoding) == 2', [8, 9]],
    ['count(tcp.port) == 2 and tcp.flags.reset == 1', [10]],
    // Our own
    ['offwire.flow.mark == "midstream"', [17, 18]],
    ['offwire.flow == 1', TLS_FLOW],
    ['offwire.flow.lost > 0', []],
    ['offwire.flow.retransmissions >= 1', FLOW_0],
  ])('%s', (filter, packets) => {
    expect(packetNumbers(core, filter)).toEqual(packets);
  });
});

// As Wireshark 4: checked with tshark 4.0.17 on a packet with two values.
describe('relations of a field with several values', () => {
  it.each<[filter: string, messages: readonly number[]]>([
    ['http.set_cookie == "a=1"', [5]],
    ['http.set_cookie === "a=1"', []],
    ['http.set_cookie != "a=1"', []],
    ['http.set_cookie != "c=3"', [5]],
    ['http.set_cookie !== "a=1"', [5]],
    ['http.set_cookie ~= "c=3"', [5]],
    ['not http.set_cookie == "a=1" and http.response.code == 502', []],
    ['all http.set_cookie matches "^[ab]="', [5]],
    ['all http.set_cookie contains "a"', []],
    ['any http.set_cookie != "a=1"', [5]],
    ['http.set_cookie in {"b=2"}', [5]],
    ['all http.set_cookie in {"b=2"}', []],
    ['http.set_cookie not in {"b=2"} and http.response', [8, 9, 18]],
  ])('%s', (filter, packets) => {
    expect(packetNumbers(core, filter)).toEqual(packets);
  });

  it('holds for no value that is not there, unless it is negated', () => {
    expect(packetNumbers(core, 'tcp.port != 80')).toEqual([7, 11, 12, 13, 17, 18]);
    expect(packetNumbers(core, 'not tcp.port == 80')).toEqual([7, 11, 12, 13, 14, 15, 16, 17, 18]);
    expect(packetNumbers(core, 'udp.port not in {53}')).toHaveLength(17);
  });
});

describe('logical operators', () => {
  it.each<[filter: string, packets: readonly number[]]>([
    ['arp or udp', [14, 15, 16]],
    ['arp or udp and frame.number == 14', [14, 16]],
    ['(arp or udp) and frame.number == 14', [14]],
    ['udp xor frame.number == 14', [15]],
    ['udp ^^ arp ^^ frame.number == 14', [15, 16]],
    ['not not arp', [16]],
    ['ARP or arp', []],
  ])('%s', (filter, packets) => {
    const rows = packetNumbers(core, filter);
    if (packets.length > 0) expect(rows).toEqual(packets);
    else expect(rows).toBe('There is no field "ARP"; did you mean arp?');
  });
});

describe('the registry of fields', () => {
  it('has a binding for every name, and no binding without a name', () => {
    expect(unboundFields()).toEqual([]);
  });

  it('has fields that can all be asked for in every view', async () => {
    const { FILTER_FIELDS } = await import('../../src/model/filter-fields.ts');
    for (const { name } of FILTER_FIELDS) {
      for (const view of ['packets', 'flows', 'exchanges', 'hellos'] as const) {
        expect(Array.isArray(selected(core, view, name)), `${name} of ${view}`).toBe(true);
        expect(compileFilter(core, name)).toMatchObject({ ok: true, value: { kind: 'filter' } });
      }
    }
  });
});
