import { AddressKind, BlockType, SecretsType } from './capture.ts';
import type { Registry } from './registries.ts';

/** How the types of pcapng blocks are called: pcapng draft section 11.1, its "extras" draft, and Wireshark for Sysdig's. */
export const BLOCK_NAMES: Registry = {
  0: 'Reserved, or of too many types',
  [BlockType.INTERFACE]: 'Interface Description',
  [BlockType.OBSOLETE_PACKET]: 'Packet (obsolete)',
  [BlockType.SIMPLE_PACKET]: 'Simple Packet',
  [BlockType.NAMES]: 'Name Resolution',
  [BlockType.STATISTICS]: 'Interface Statistics',
  [BlockType.ENHANCED_PACKET]: 'Enhanced Packet',
  7: 'IRIG Timestamp',
  8: 'ARINC 429 in AFDX',
  9: 'systemd Journal Export',
  [BlockType.SECRETS]: 'Decryption Secrets',
  0x101: 'Hone Project Machine Info',
  0x102: 'Hone Project Connection Event',
  0x201: 'Sysdig Machine Info',
  0x202: 'Sysdig Process List',
  0x203: 'Sysdig File Descriptor List',
  0x204: 'Sysdig Event',
  0x205: 'Sysdig Interface List',
  0x206: 'Sysdig User List',
  0x207: 'Sysdig Process List, version 2',
  0x208: 'Sysdig Event with flags',
  0x209: 'Sysdig Process List, version 3',
  0x210: 'Sysdig Process List, version 4',
  0x211: 'Sysdig Process List, version 5',
  0x212: 'Sysdig Process List, version 6',
  0x213: 'Sysdig Process List, version 7',
  0x214: 'Sysdig Process List, version 8',
  0x215: 'Sysdig Process List, version 9',
  0x216: 'Sysdig Event, version 2',
  0x217: 'Sysdig Event with flags, version 2',
  0x218: 'Sysdig File Descriptor List, version 2',
  0x219: 'Sysdig Interface List, version 2',
  0x220: 'Sysdig User List, version 2',
  0x221: 'Sysdig Event, version 2, large payload',
  0x222: 'Sysdig Event with flags, version 2, large payload',
  [BlockType.CUSTOM]: 'Custom',
  [BlockType.CUSTOM_NOT_COPYABLE]: 'Custom, not to be copied',
  [BlockType.SECTION]: 'Section Header',
  0x80000001: 'Darwin Process Info (Apple)',
};

/** Private Enterprise Numbers (IANA) that are met in captures. */
export const ENTERPRISES: Readonly<Record<number, string>> = {
  9: 'Cisco',
  63: 'Apple',
  311: 'Microsoft',
  2636: 'Juniper',
  10949: 'Netflix',
  11129: 'Google',
  32473: 'example of RFC 5612',
  46254: 'Vector Informatik',
};

/** How decryption secrets are called. */
export const SECRETS_NAMES: Registry = {
  [SecretsType.TLS_KEY_LOG]: 'TLS key log',
  [SecretsType.SSH_KEY_LOG]: 'SSH key log',
  [SecretsType.WIREGUARD_KEY_LOG]: 'WireGuard key log',
  [SecretsType.ZIGBEE_NETWORK_KEY]: 'ZigBee network key',
  [SecretsType.ZIGBEE_APPLICATION_KEY]: 'ZigBee application key',
};

/** How kinds of addresses are called. */
export const ADDRESS_KIND_NAMES: Registry = {
  [AddressKind.IPV4]: 'IPv4',
  [AddressKind.IPV6]: 'IPv6',
  [AddressKind.EUI48]: 'MAC (EUI-48)',
  [AddressKind.EUI64]: 'EUI-64',
};
