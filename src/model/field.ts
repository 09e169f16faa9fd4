/** How the value of a described field is written. */
export type FieldFormat =
  | 'none' // a layer or a label: no value
  | 'decimal'
  | 'hex' // value as hexadecimal, width from the field's octets
  | 'flags' // TCP flags octet
  | 'ipv4'
  | 'ipv6'
  | 'ethernet'
  | 'text' // the field's octets as text
  | 'octets' // the field's octets as hexadecimal, abbreviated
  | 'etherType'
  | 'ipProtocol'
  | 'tlsVersion'
  | 'tlsContentType'
  | 'tlsHandshakeType'
  | 'tlsExtension'
  | 'cipherSuite'
  | 'alertLevel'
  | 'alertDescription'
  | 'linkType'
  | 'webSocketOpcode'
  | 'webSocketClose'
  | 'http2FrameType'
  | 'http2Setting'
  | 'http2Error'
  | 'icmpType'
  | 'sctpChunk'
  | 'quicType'
  | 'quicVersion'
  | 'wireGuardType'
  | 'domainName' // labels behind their lengths (RFC 1035 section 3.1)
  | 'dnsType'
  | 'packetFlags' // epb_flags of pcapng
  | 'packetHash' // epb_hash
  | 'verdict' // epb_verdict
  | 'enterprise' // the octets of a custom option, and who defined it
  | 'option'; // the octets of an option that is not known, and its code

/** A field that the core can describe in a packet's octets. */
export interface Field {
  /** Name of the constant in the core. */
  readonly id: string;
  /** Wireshark's display filter name. */
  readonly name: string;
  readonly label: string;
  readonly format: FieldFormat;
}
