/** What a filterable field holds; decides which relations it can stand in. */
export type FilterFieldType =
  /** There or not there: a protocol, or something that was noticed. No relations. */
  | 'presence'
  | 'number'
  | 'boolean'
  | 'text'
  | 'ipv4'
  | 'ipv6'
  /** A duration or a time since the first packet, in seconds. */
  | 'duration'
  /** A moment: seconds since 1970, or a quoted date. */
  | 'moment';

/** What a field is a property of. */
export type FilterFieldOwner = 'packet' | 'flow' | 'request' | 'response' | 'message' | 'exchange' | 'hello';

/** A field of the display filter language, as completion shows it. */
export interface FilterField {
  /** Wireshark's name; ours begin with `offwire.`. */
  readonly name: string;
  readonly label: string;
  readonly type: FilterFieldType;
  readonly of: FilterFieldOwner;
}

function fields(
  of: FilterFieldOwner,
  entries: readonly (readonly [name: string, type: FilterFieldType, label: string])[],
): readonly FilterField[] {
  return entries.map(([name, type, label]) => ({ name, label, type, of }));
}

/** Header fields that have names of their own in Wireshark; any other is `http.header.its-name`. */
export const HEADER_FIELDS: Readonly<Record<string, string>> = {
  'http.accept': 'Accept',
  'http.accept_encoding': 'Accept-Encoding',
  'http.accept_language': 'Accept-Language',
  'http.authorization': 'Authorization',
  'http.cache_control': 'Cache-Control',
  'http.connection': 'Connection',
  'http.content_encoding': 'Content-Encoding',
  'http.content_length_header': 'Content-Length',
  'http.content_type': 'Content-Type',
  'http.cookie': 'Cookie',
  'http.date': 'Date',
  'http.host': 'Host',
  'http.last_modified': 'Last-Modified',
  'http.location': 'Location',
  'http.proxy_authenticate': 'Proxy-Authenticate',
  'http.proxy_authorization': 'Proxy-Authorization',
  'http.referer': 'Referer',
  'http.sec_websocket_accept': 'Sec-WebSocket-Accept',
  'http.sec_websocket_extensions': 'Sec-WebSocket-Extensions',
  'http.sec_websocket_key': 'Sec-WebSocket-Key',
  'http.sec_websocket_protocol': 'Sec-WebSocket-Protocol',
  'http.sec_websocket_version': 'Sec-WebSocket-Version',
  'http.server': 'Server',
  'http.set_cookie': 'Set-Cookie',
  'http.transfer_encoding': 'Transfer-Encoding',
  'http.upgrade': 'Upgrade',
  'http.user_agent': 'User-Agent',
  'http.www_authenticate': 'WWW-Authenticate',
  'http.x_forwarded_for': 'X-Forwarded-For',
};

/** Header fields that have names of their own in Wireshark's HTTP/2. */
export const HTTP2_HEADER_FIELDS: Readonly<Record<string, string>> = {
  'http2.headers.accept': 'Accept',
  'http2.headers.accept_encoding': 'Accept-Encoding',
  'http2.headers.accept_language': 'Accept-Language',
  'http2.headers.authorization': 'Authorization',
  'http2.headers.cache_control': 'Cache-Control',
  'http2.headers.content_encoding': 'Content-Encoding',
  'http2.headers.content_type': 'Content-Type',
  'http2.headers.cookie': 'Cookie',
  'http2.headers.date': 'Date',
  'http2.headers.etag': 'ETag',
  'http2.headers.last_modified': 'Last-Modified',
  'http2.headers.location': 'Location',
  'http2.headers.referer': 'Referer',
  'http2.headers.retry_after': 'Retry-After',
  'http2.headers.server': 'Server',
  'http2.headers.set_cookie': 'Set-Cookie',
  'http2.headers.user_agent': 'User-Agent',
  'http2.headers.via': 'Via',
};

/** Begins the name of a header field that has no name of its own: `http.header.x-request-id`. */
export const HEADER_PREFIX = 'http.header.';

/** Every field that a filter can name, but for `http.header.*`. */
export const FILTER_FIELDS: readonly FilterField[] = [
  ...fields('packet', [
    ['frame', 'presence', 'Any packet'],
    ['frame.number', 'number', 'Packet number'],
    ['frame.time', 'moment', 'Time of capture'],
    ['frame.time_epoch', 'moment', 'Seconds since 1970'],
    ['frame.time_relative', 'duration', 'Seconds since the first packet'],
    ['frame.time_delta', 'duration', 'Seconds since the packet before'],
    ['frame.len', 'number', 'Octets on the wire'],
    ['frame.cap_len', 'number', 'Octets captured'],
    ['frame.comment', 'text', 'Comment in the capture file'],
    ['eth', 'presence', 'Ethernet'],
    ['arp', 'presence', 'ARP'],
    ['ip', 'presence', 'IPv4'],
    ['ipv6', 'presence', 'IPv6'],
    ['icmp', 'presence', 'ICMP'],
    ['icmpv6', 'presence', 'ICMPv6'],
    ['tcp', 'presence', 'TCP'],
    ['udp', 'presence', 'UDP'],
    ['sctp', 'presence', 'SCTP'],
    ['dns', 'presence', 'DNS'],
    ['quic', 'presence', 'QUIC'],
    ['dtls', 'presence', 'DTLS'],
    ['http', 'presence', 'HTTP/1'],
    ['http2', 'presence', 'HTTP/2'],
    ['websocket', 'presence', 'WebSocket'],
    ['tls', 'presence', 'TLS'],
    ['tcp.flags', 'number', 'TCP flags octet'],
    ['tcp.flags.syn', 'boolean', 'SYN'],
    ['tcp.flags.ack', 'boolean', 'ACK'],
    ['tcp.flags.fin', 'boolean', 'FIN'],
    ['tcp.flags.reset', 'boolean', 'RST'],
    ['tcp.flags.push', 'boolean', 'PSH'],
    ['tcp.flags.urg', 'boolean', 'URG'],
    ['tcp.flags.ece', 'boolean', 'ECE'],
    ['tcp.flags.cwr', 'boolean', 'CWR'],
    ['tcp.analysis.flags', 'presence', 'Anything odd in the sequence numbers'],
    ['tcp.analysis.retransmission', 'presence', 'Retransmission of any kind'],
    ['tcp.analysis.fast_retransmission', 'presence', 'Fast retransmission'],
    ['tcp.analysis.spurious_retransmission', 'presence', 'Spurious retransmission'],
    ['tcp.analysis.out_of_order', 'presence', 'Out of order'],
    ['tcp.analysis.duplicate_ack', 'presence', 'Duplicate acknowledgement'],
    ['tcp.analysis.lost_segment', 'presence', 'Previous segment not captured'],
    ['tcp.analysis.ack_lost_segment', 'presence', 'Acknowledges a segment that was not captured'],
    ['tcp.analysis.keep_alive', 'presence', 'Keep-alive'],
    ['tcp.analysis.keep_alive_ack', 'presence', 'Answer to a keep-alive'],
    ['tcp.analysis.window_full', 'presence', 'The receiver window is full'],
    ['tcp.analysis.window_update', 'presence', 'Window update'],
    ['tcp.analysis.zero_window', 'presence', 'Zero window'],
    ['tcp.analysis.zero_window_probe', 'presence', 'Zero window probe'],
    ['tcp.analysis.reused_ports', 'presence', 'Ports of an earlier connection'],
    ['http2.type', 'number', 'Control frame: 3 RST_STREAM, 4 SETTINGS, 5 PUSH_PROMISE, 6 PING, 7 GOAWAY'],
    ['http2.rst_stream.error', 'number', 'Error code of RST_STREAM'],
    ['http2.goaway.error', 'number', 'Error code of GOAWAY'],
    ['http2.goaway.last_stream_id', 'number', 'Last stream of GOAWAY'],
    ['http2.goaway.addata', 'text', 'Debug data of GOAWAY'],
    ['http2.push_promise.promised_stream_id', 'number', 'Stream that is promised'],
    ['tls.alert_message', 'presence', 'TLS alert in clear'],
    ['tls.alert_message.level', 'number', 'Alert level: 1 warning, 2 fatal'],
    ['tls.alert_message.desc', 'number', 'Alert description'],
    ['offwire.duplicate', 'presence', 'Captured twice'],
  ]),
  ...fields('flow', [
    ['ip.addr', 'ipv4', 'Source or destination'],
    ['ip.src', 'ipv4', 'Source'],
    ['ip.dst', 'ipv4', 'Destination'],
    ['ip.host', 'text', 'Source or destination as text, or its name in the capture'],
    ['ip.src_host', 'text', 'Source as text, or its name'],
    ['ip.dst_host', 'text', 'Destination as text, or its name'],
    ['ip.proto', 'number', 'IP protocol: 6 TCP, 17 UDP'],
    ['ip.version', 'number', 'IP version'],
    ['ipv6.addr', 'ipv6', 'Source or destination'],
    ['ipv6.src', 'ipv6', 'Source'],
    ['ipv6.dst', 'ipv6', 'Destination'],
    ['ipv6.host', 'text', 'Source or destination as text, or its name in the capture'],
    ['ipv6.src_host', 'text', 'Source as text, or its name'],
    ['ipv6.dst_host', 'text', 'Destination as text, or its name'],
    ['ipv6.nxt', 'number', 'IP protocol: 6 TCP, 17 UDP'],
    ['tcp.port', 'number', 'Source or destination port'],
    ['tcp.srcport', 'number', 'Source port'],
    ['tcp.dstport', 'number', 'Destination port'],
    ['tcp.stream', 'number', 'Connection number'],
    ['udp.port', 'number', 'Source or destination port'],
    ['udp.srcport', 'number', 'Source port'],
    ['udp.dstport', 'number', 'Destination port'],
    ['udp.stream', 'number', 'UDP conversation number'],
    ['offwire.flow', 'number', 'Row of the flow, from 0'],
    ['offwire.flow.mark', 'text', 'What was noticed of the flow'],
    ['offwire.flow.packets', 'number', 'Packets, both directions'],
    ['offwire.flow.octets', 'number', 'Payload, both directions'],
    ['offwire.flow.lost', 'number', 'Payload that was not captured'],
    ['offwire.flow.retransmissions', 'number', 'Retransmissions, both directions'],
    ['offwire.flow.exchanges', 'number', 'Exchanges'],
    ['offwire.flow.duration', 'duration', 'From the first packet to the last'],
  ]),
  ...fields('request', [
    ['http.request', 'boolean', 'A request'],
    ['http.request.method', 'text', 'Method'],
    ['http.request.uri', 'text', 'Target as sent'],
    ['http.request.uri.path', 'text', 'Path of the target'],
    ['http.request.uri.query', 'text', 'Query of the target'],
    ['http.request.full_uri', 'text', 'Target with scheme and host'],
    ['http.request.version', 'text', 'Version: HTTP/1.1'],
    ['http.request.line', 'text', 'Any field line of the request'],
    ['http.response_in', 'number', 'Packet of its response'],
    ['http2.headers.method', 'text', 'Method in HTTP/2'],
    ['http2.headers.path', 'text', 'Path and query in HTTP/2'],
    ['http2.headers.authority', 'text', 'Host in HTTP/2'],
    ['http2.request.full_uri', 'text', 'Target with scheme and host in HTTP/2'],
    ['offwire.method', 'text', 'Method, any version of HTTP'],
    ['offwire.target', 'text', 'Target, any version of HTTP'],
    ['offwire.authority', 'text', 'Host, any version of HTTP'],
  ]),
  ...fields('response', [
    ['http.response', 'boolean', 'A response'],
    ['http.response.code', 'number', 'Status code'],
    ['http.response.phrase', 'text', 'Reason phrase'],
    ['http.response.version', 'text', 'Version: HTTP/1.1'],
    ['http.response.line', 'text', 'Any field line of the response'],
    ['http.response_for.uri', 'text', 'Full target of its request'],
    ['http.request_in', 'number', 'Packet of its request'],
    ['http.time', 'duration', 'From the end of the request to the response'],
    ['http2.headers.status', 'number', 'Status code in HTTP/2'],
    ['offwire.status', 'number', 'Status code, any version of HTTP'],
  ]),
  ...fields('message', [
    ['http.header', 'text', 'Any field line'],
    ['http.content_length', 'number', 'Content-Length'],
    ...Object.entries(HEADER_FIELDS).map(([name, label]) => [name, 'text', label] as const),
    ['http2.headers.content_length', 'number', 'Content-Length in HTTP/2'],
    ...Object.entries(HTTP2_HEADER_FIELDS).map(
      ([name, label]) => [name, 'text', `${label} in HTTP/2`] as const,
    ),
    ['offwire.violation', 'text', 'What breaks the standard'],
    ['offwire.message.state', 'text', 'How far the message came'],
    ['offwire.message.framing', 'text', 'How its length is told'],
    ['offwire.message.octets', 'number', 'Octets of head and body'],
  ]),
  ...fields('exchange', [
    ['http2.streamid', 'number', 'HTTP/2 stream'],
    ['grpc', 'presence', 'gRPC'],
    ['grpc.status_code', 'number', 'gRPC status'],
    ['grpc.message', 'text', 'gRPC message, decoded'],
    ['offwire.exchange', 'number', 'Row of the exchange, from 0'],
    ['offwire.exchange.state', 'text', 'How the exchange ended'],
    ['offwire.exchange.duration', 'duration', 'From the first octet to the last'],
    ['offwire.exchange.blocked', 'duration', 'Held back by the client (HAR only)'],
    ['offwire.exchange.dns', 'duration', 'Name lookup (HAR only)'],
    ['offwire.exchange.connect', 'duration', 'TCP handshake, of the first exchange of a connection'],
    ['offwire.exchange.tls', 'duration', 'TLS handshake, of the first exchange of a connection'],
    ['offwire.exchange.send', 'duration', 'First to last octet of the request'],
    ['offwire.exchange.wait', 'duration', 'From the end of the request to the response'],
    ['offwire.exchange.receive', 'duration', 'First to last octet of the response'],
    ['offwire.exchange.server_time', 'duration', 'Waiting without the network round trip: an estimate'],
    ['offwire.exchange.interim', 'number', 'Interim (1xx) status'],
  ]),
  ...fields('hello', [
    ['tls.handshake', 'presence', 'ClientHello or ServerHello'],
    ['tls.handshake.type', 'number', '1 ClientHello, 2 ServerHello'],
    ['tls.handshake.version', 'number', 'Version in the hello'],
    ['tls.handshake.extensions.supported_version', 'number', 'Highest version offered, or the one chosen'],
    ['tls.handshake.ciphersuite', 'number', 'Cipher suite that the server chose'],
    ['tls.handshake.extensions_server_name', 'text', 'Server name (SNI)'],
    ['tls.handshake.extensions_alpn_str', 'text', 'ALPN protocol'],
    ['offwire.hello', 'number', 'Row of the handshake, from 0'],
    ['offwire.hello.outcome', 'text', 'How the handshake ended'],
    ['offwire.hello.mark', 'text', 'What was noticed of the hello'],
  ]),
];
