import { describe, expect, it } from 'vitest';
import type { Summary } from '../../workers/api.ts';
import { shownName } from '../../workers/names.ts';
import { clientRandomsOf } from '../../workers/notes/key-log.ts';
import { FILTER, notedCapture } from '../support/noted-capture.ts';
import { openOctets } from './open-file.ts';

async function opened() {
  const { analysis, result } = await openOctets(notedCapture(), 'noted.pcapng');
  if (!result.ok) throw new Error(result.error.message);
  return { analysis, summary: result.value };
}

async function rows(filter: string): Promise<number> {
  const { analysis } = await opened();
  const query = await analysis.query('packets', { filter, sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  return query.value.rows;
}

const facts = ({ interfaces }: Summary): Readonly<Record<string, string>> =>
  Object.fromEntries((interfaces[0]?.facts ?? []).map(({ label, value }) => [label, value]));

describe('what a file says beside its packets', () => {
  it('is in the summary', async () => {
    const { summary } = await opened();
    const { notes } = summary;
    expect(notes.sections).toEqual([
      {
        title: 'section 1',
        facts: [
          { label: 'Program', value: 'a program' },
          { label: 'Operating system', value: 'an OS' },
          { label: 'Hardware', value: 'a machine' },
          { label: 'Format', value: 'pcapng, little-endian' },
        ],
      },
    ]);
    expect(notes.comments.map(({ on, text }) => `${on}: ${text}`)).toEqual([
      'section 1: a night of 502s',
      'eth7: the one behind the proxy',
      'packet 1: here it begins',
      'packet 1: second thoughts',
      'packet 5: the answer',
    ]);
    expect(notes.names.map(({ address, name }) => `${address} ${name}`)).toEqual([
      '10.0.0.1 shop',
      '10.0.0.2 api.test',
      '10.0.0.2 b2',
      '::1 me',
      '02:00:00:00:00:01 a',
    ]);
    expect(notes.clientRandoms).toBe(1);
    expect(notes.secrets).toEqual([{ name: 'TLS key log', count: 1, bytes: 345 }]);
    expect(notes.customOptions).toEqual([
      { name: 'example of RFC 5612 (enterprise 32473), in Interface Description blocks', count: 1 },
      { name: 'example of RFC 5612 (enterprise 32473), in Enhanced Packet blocks', count: 1 },
    ]);
    expect(notes.blocks.map(({ name, count }) => `${count} ${name}`)).toContain('1 unknown, type 0x7fff0123');
    expect(notes.blocks.map(({ name }) => name)).toContain('Sysdig Event');
    expect(notes.blocks.map(({ name }) => name)).toContain('systemd Journal Export');
  });

  it('tells of an interface what its options and statistics say', async () => {
    const { summary } = await opened();
    expect(summary.interfaces[0]).toMatchObject({ name: 'eth7', dropped: 12, packets: 5 });
    expect(facts(summary)).toEqual({
      Description: 'upstream',
      'Capture filter': FILTER,
      Hardware: 'a card',
      'Operating system': 'Linux 6',
      Speed: '10 Gbit/s',
      'IPv4 address': '10.0.0.9, mask 255.255.255.0',
      'MAC address': '02:00:00:00:00:07',
      'Frame check sequence': '4 bytes',
      Received: '1,000',
      'Passed the filter': '900',
      'Dropped by the interface': '3',
      'Dropped by the system': '4',
      'Delivered to the capture': '893',
      'Lost between packets': '12',
      Counted: '1970-01-01 00:00:01.000 UTC to 1970-01-01 00:00:03.500 UTC',
    });
  });

  it('warns of embedded keys, and of packets that were dropped', async () => {
    const { analysis, summary } = await opened();
    const keys = summary.issues.find(({ code }) => code === 'keys-embedded');
    expect(keys?.sentence).toBe(
      'The file contains the keys of 1 TLS connection. Whoever gets it can read what they protect.',
    );
    const report = await analysis.report();
    expect(report?.issues.map(({ code }) => code)).toContain('keys-embedded');
    expect(report?.findings.map(({ rule }) => rule)).toContain('capture-quality');
  });

  it('is shown with the packet: comments, options, interface, and names beside addresses', async () => {
    const { analysis } = await opened();
    const detail = await analysis.packet(1);
    expect(detail?.comments).toEqual(['here it begins', 'second thoughts']);
    expect(detail?.interface).toBe('eth7');
    expect(detail?.item.source).toBe('shop (10.0.0.1)');
    expect(detail?.item.destination).toBe('api.test (10.0.0.2)');
    expect(detail?.item.tags).toContain('comment');
    const told = (detail?.nodes ?? []).filter(({ name }) => name.startsWith('frame'));
    expect(told.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'frame ',
      'frame.comment here it begins',
      'frame.comment second thoughts',
      'frame.packet_flags 0x01000001 (inbound, wrong check sequence (CRC))',
      'frame.drop_count 12',
      'frame.packet_id 0x000000000000abcd',
      'frame.interface_queue 3',
      'frame.verdict Linux eBPF XDP: drop (1)',
      'frame.packet_hash CRC-32: 01 02 03 04',
      'frame.custom_option example of RFC 5612 (enterprise 32473): “custom”',
      'frame.option code 291: “?”',
    ]);
    expect(detail?.octets.length).toBe(detail?.item.length);
    const plain = await analysis.packet(2);
    expect(plain?.comments).toEqual([]);
    expect(plain?.nodes.some(({ name }) => name.startsWith('frame'))).toBe(false);
  });

  it('can be filtered by', async () => {
    expect(await rows('frame.comment')).toBe(2);
    expect(await rows('frame.comment contains "begins"')).toBe(1);
    expect(await rows('frame.comment == "second thoughts"')).toBe(1);
    expect(await rows('ip.host == "api.test"')).toBe(5);
    expect(await rows('ip.src_host == "b2"')).toBe(2);
    expect(await rows('ip.src_host == "10.0.0.2"')).toBe(2);
    expect(await rows('ip.src_host == "nobody"')).toBe(0);
    expect(await rows('api.test')).toBe(5);
  });

  it('is the text of a stranger: a name cannot look like an address or turn the line', () => {
    expect(shownName('evil (10.9.9.9)\u202e\n')).toBe('evil··10.9.9.9···');
    expect(shownName('x'.repeat(5000))).toHaveLength(65);
  });

  it('counts keys that stand in a comment', () => {
    const line = `CLIENT_RANDOM ${'0a'.repeat(32)} ${'11'.repeat(48)}`;
    expect([...clientRandomsOf(`# x\r\n${line}\r\n${line}\nCLIENT_RANDOM too short`)]).toEqual([
      '0a'.repeat(32),
      '0a'.repeat(32),
    ]);
  });
});
