import { formatAmount, formatCount } from '../../src/model/format.ts';
import { LINK_TYPES } from '../../src/model/registries.ts';
import type { InterfaceItem, NoteFact } from '../../src/model/notes.ts';
import { formatIpv4, formatIpv6 } from '../addresses.ts';
import type { Core } from '../core.ts';

/** The interfaces of the files as they are shown. */
export function interfaceItems(core: Core): readonly InterfaceItem[] {
  const table = core.tables.interfaces;
  return Array.from({ length: table.rows }, (_, row) => {
    const linkType = table.linkType(row);
    return {
      name: interfaceName(core, row),
      linkType: LINK_TYPES[linkType] ?? `link type ${linkType}`,
      snapLength: table.snapLength(row),
      packets: table.packets(row),
      dropped: droppedOf(core, row),
      facts: interfaceFacts(core, row),
    };
  });
}

/** How an interface is called: by its name, else its description, else its number. */
export function interfaceName(core: Core, row: number): string {
  const { name, description } = core.tables.interfaces;
  return core.text(name(row)) || core.text(description(row)) || `interface ${row}`;
}

/** Packets that were lost at an interface; undefined where the file tells nothing. Statistics include what packets tell. */
export function droppedOf(core: Core, row: number): number | undefined {
  const { dropped, droppedBetween } = core.tables.interfaces;
  const between = droppedBetween(row);
  const told = dropped(row);
  if (Number.isNaN(told)) return between > 0 ? between : undefined;
  return Math.max(told, between);
}

function interfaceFacts(core: Core, row: number): readonly NoteFact[] {
  const table = core.tables.interfaces;
  const name = core.text(table.name(row));
  const description = core.text(table.description(row));
  const facts: (readonly [label: string, value: string | undefined])[] = [
    ['Description', name === '' || description === name ? undefined : description],
    ['Capture filter', filter(core.text(table.filter(row)))],
    ['Hardware', core.text(table.hardware(row))],
    ['Operating system', core.text(table.system(row))],
    ['Speed', speed(table.speed(row))],
    ['IPv4 address', ipv4(core, table.ipv4Address(row))],
    ['IPv6 address', ipv6(core, table.ipv6Address(row))],
    ['MAC address', mac(core, table.macAddress(row))],
    ['Time stamps', resolution(table.timeResolution(row), table.timeOffset(row))],
    ['Frame check sequence', checkSequence(table.checkSequence(row))],
    ['Received', count(table.received(row))],
    ['Passed the filter', count(table.filterAccepted(row))],
    ['Dropped by the interface', count(table.interfaceDropped(row))],
    ['Dropped by the system', count(table.systemDropped(row))],
    ['Delivered to the capture', count(table.delivered(row))],
    ['Lost between packets', table.droppedBetween(row) > 0 ? count(table.droppedBetween(row)) : undefined],
    ['Counted', counted(table.countedFrom(row), table.countedTo(row))],
  ];
  return facts.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [{ label, value }]));
}

function count(packets: number): string | undefined {
  return Number.isNaN(packets) ? undefined : formatCount(packets);
}

/** if_filter: its first octet tells of what kind it is (pcapng draft section 4.2); some writers leave that out. */
function filter(text: string): string {
  if (text.startsWith('\u0001')) return 'as BPF instructions';
  return text.startsWith('\0') ? text.slice(1) : text;
}

function speed(bits: number): string | undefined {
  if (Number.isNaN(bits) || bits === 0) return undefined;
  if (bits >= 1e9) return `${formatDecimals(bits / 1e9)} Gbit/s`;
  return bits >= 1e6 ? `${formatDecimals(bits / 1e6)} Mbit/s` : `${formatCount(bits)} bit/s`;
}

function formatDecimals(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

const DECIMAL_UNITS: Readonly<Record<number, string>> = {
  0: 'seconds',
  3: 'milliseconds',
  6: 'microseconds',
  9: 'nanoseconds',
  12: 'picoseconds',
};

function resolution(told: number, offset: number): string | undefined {
  const exponent = told & 0x7f;
  const unit =
    told & 0x80 ? `1/2^${exponent} of a second` : (DECIMAL_UNITS[exponent] ?? `10^-${exponent} seconds`);
  // Microseconds, and no offset, are what holds where nothing is told.
  if (told === 6 && offset === 0) return undefined;
  return offset === 0
    ? unit
    : `${unit}, ${offset < 0 ? '-' : '+'}${formatAmount(Math.abs(offset), 'second')}`;
}

function checkSequence(octets: number): string | undefined {
  return octets === 255 ? undefined : octets === 0 ? 'not captured' : formatAmount(octets, 'byte');
}

function counted(from: number, to: number): string | undefined {
  const moments = [from, to].map((seconds) => moment(seconds));
  return moments.every((text) => text === undefined)
    ? undefined
    : `${moments[0] ?? '?'} to ${moments[1] ?? '?'}`;
}

function moment(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

const words = (octets: Uint8Array): DataView =>
  new DataView(octets.buffer, octets.byteOffset, octets.byteLength);

function ipv4(core: Core, text: number): string | undefined {
  if (text === 0) return undefined;
  const octets = words(core.textOctets(text));
  const mask = octets.getUint32(4);
  return `${formatIpv4(octets.getUint32(0))}${mask === 0 ? '' : `, mask ${formatIpv4(mask)}`}`;
}

function ipv6(core: Core, text: number): string | undefined {
  if (text === 0) return undefined;
  const octets = words(core.textOctets(text));
  const address = formatIpv6([
    octets.getUint32(0),
    octets.getUint32(4),
    octets.getUint32(8),
    octets.getUint32(12),
  ]);
  return `${address}/${octets.getUint8(16)}`;
}

function mac(core: Core, text: number): string | undefined {
  if (text === 0) return undefined;
  return Array.from(core.textOctets(text).subarray(0, 6), (octet) =>
    octet.toString(16).padStart(2, '0'),
  ).join(':');
}
