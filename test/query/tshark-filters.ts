/** Captures of test/fixtures/captures that tshark was asked about. */
export const CAPTURES = [
  ...['story-1.pcap', 'story-2.pcap', 'healthy.pcap', 'dup-te-ipv6.pcap', 'syn-refused.pcap'],
  ...['tls-alert-handshake.pcapng', 'foreign-sni.pcapng', 'keepalive-race.pcap'],
] as const;

/** Filters that must select the same packets. */
export const PACKET_FILTERS = [
  'tcp',
  'ip',
  'ipv6',
  'tcp.stream eq 1',
  'tcp.port == 443',
  'tcp.port != 443',
  'tcp.srcport < 10000',
  'all tcp.port > 1024',
  'ip.src == 10.0.0.0/8',
  'ip.addr == 127.0.0.0/8',
  'ip.src == ip.dst',
  'ip.proto == 6',
  'tcp.flags.reset == 1',
  'tcp.flags & 0x12 == 0x12',
  'tcp.flags.syn == 1 and tcp.flags.ack == 0',
  'not tcp.flags.push == 1',
  'frame.len > 100',
  'frame.cap_len == frame.len',
  'frame.time_relative > 0.005',
  'frame.time_delta > 0.001',
  'frame.number in {3..5, 9}',
  'tcp.stream > 1 and tcp.flags.fin == 1 or tcp.stream == 0',
  'not (tcp.flags.reset == 1 or tcp.flags.fin == 1)',
  'tls.handshake.type == 1',
  'tls.handshake.type == 2',
  'tls.handshake.extensions_server_name',
  'tls.handshake.extensions_server_name contains "example"',
  'tls.handshake.extensions_alpn_str == "http/1.1"',
  'count(tcp.port) == 2',
  'udp or arp or icmp',
  'tcp.options.mss_val > 1400',
  'tcp.options.wscale.shift == 7',
  'tcp.options.sack_perm',
  'tcp.analysis.flags',
  'tcp.analysis.window_update or tcp.analysis.duplicate_ack',
] as const;

/**
 * Filters that must select the same connections. Wireshark shows a message at the packet that completes it, this analyser at the
 * packets of its head, so that packets differ where a message has several.
 */
export const STREAM_FILTERS = [
  'http',
  'http.request',
  'http.response',
  'http.request.method == "GET"',
  'http.request.uri == "/wrong"',
  'http.request.uri contains "/"',
  'http.request.uri matches "^/[a-z]+$"',
  'http.request.version == "HTTP/1.1"',
  'http.response.code >= 500',
  'http.response.code in {200, 502}',
  'http.response.phrase == "OK"',
  'http.host',
  'len(http.host) > 5',
  'lower(http.user_agent) contains "curl"',
  'http.server matches "NGINX|envoy"',
  'http.request.line contains "Accept"',
  'http.content_type contains "html"',
  'http.request.full_uri contains "http://"',
  'tcp.analysis.initial_rtt > 0.00001',
] as const;
