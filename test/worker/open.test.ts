import { describe, expect, test } from 'vitest';
import { createAnalysis } from '../../workers/analysis.ts';
import { loadCoreModule } from '../support/core.ts';
import { fixture, openFile, openOctets, Told } from './open-file.ts';

/** A capture of the fixtures, its packets repeated until it has about this size. */
async function longCapture(size: number): Promise<Uint8Array<ArrayBuffer>> {
  const octets = await fixture('story-1.pcap');
  const packets = octets.subarray(24);
  const times = Math.ceil(size / packets.length);
  const long = new Uint8Array(24 + times * packets.length);
  long.set(octets.subarray(0, 24));
  for (let index = 0; index < times; index++) long.set(packets, 24 + index * packets.length);
  return long;
}

/** A file that can be read up to an octet, and not beyond. */
class VanishingFile extends File {
  readonly #until: number;

  constructor(octets: Uint8Array<ArrayBuffer>, until: number) {
    super([octets], 'vanishing.pcap');
    this.#until = until;
  }

  override slice(start = 0, end = this.size): Blob {
    const part = super.slice(start, end);
    if (end > this.#until) {
      part.arrayBuffer = () => Promise.reject(new DOMException('The file was changed.', 'NotReadableError'));
    }
    return part;
  }
}

describe('a capture is read', () => {
  test('to its end, with progress, summary and findings that replace each other', async () => {
    const octets = await longCapture(30 << 20);
    const { result, told } = await openOctets(octets);
    if (!result.ok) throw new Error(result.error.message);
    const { value } = result;
    expect(value).toMatchObject({
      isDone: true,
      wasCancelled: false,
      bytesRead: octets.length,
      format: 'pcap',
    });
    expect(value.milliseconds).toBeGreaterThan(0);
    const read = told.progresses.map(({ bytesRead }) => bytesRead);
    expect(read).toEqual([...read].sort((a, b) => a - b));
    expect(told.progresses.at(-1)).toEqual({
      bytesRead: octets.length,
      bytes: octets.length,
      packets: value.counts.packets,
      isDone: true,
    });
    // Findings were told before the end, and the last ones are final.
    expect(told.allFindings.length).toBeGreaterThanOrEqual(2);
    expect(told.allFindings.map(({ isFinal }) => isFinal)).toEqual([
      ...told.allFindings.slice(1).map(() => false),
      true,
    ]);
    expect(told.summaries.at(-1)).toEqual(value);
    expect(told.summaries[0]?.isDone).toBe(false);
    expect(told.summaries[0]?.counts.packets).toBeLessThan(value.counts.packets);
  });

  test('until cancelled: what was read stays and can be asked for', async () => {
    const octets = await longCapture(30 << 20);
    const analysis = createAnalysis(await loadCoreModule());
    const told = new Told();
    told.onProgress = () => void analysis.cancel();
    const result = await analysis.open([new File([octets], 'long.pcap')], told);
    if (!result.ok) throw new Error(result.error.message);
    const { value } = result;
    expect(value).toMatchObject({ isDone: true, wasCancelled: true });
    expect(value.bytesRead).toBeGreaterThan(0);
    expect(value.bytesRead).toBeLessThan(octets.length);
    expect(value.counts.packets).toBeGreaterThan(1000);
    expect(told.allFindings.at(-1)?.isFinal).toBe(true);
    expect((await analysis.packet(1))?.item.info).toMatch(/\[SYN\] Seq=0/);
  });

  test('and cancelling afterwards changes nothing', async () => {
    const { analysis, result } = await openOctets(await fixture('story-1.pcap'));
    await analysis.cancel();
    expect(result.ok && result.value.wasCancelled).toBe(false);
    expect(await analysis.report()).toMatchObject({ packets: 273 });
  });

  test('and another one replaces it, even while it is read', async () => {
    const analysis = createAnalysis(await loadCoreModule());
    const first = new File([await longCapture(30 << 20)], 'first.pcap');
    const second = new File([new Uint8Array(await fixture('story-2.pcap'))], 'second.pcap');
    const [cut, whole] = await Promise.all([
      analysis.open([first], new Told()),
      analysis.open([second], new Told()),
    ]);
    expect(cut).toMatchObject({ ok: true, value: { file: 'first.pcap', wasCancelled: true } });
    expect(whole).toMatchObject({ ok: true, value: { file: 'second.pcap', wasCancelled: false } });
    expect(await analysis.report()).toMatchObject({ file: 'second.pcap', packets: 146 });
  });

  test('and a bad file after it leaves what is open', async () => {
    const { analysis } = await openOctets(await fixture('story-1.pcap'));
    const bad = await analysis.open([new File(['hello'], 'notes.txt')], new Told());
    expect(bad).toMatchObject({ ok: false, error: { code: 'not-a-capture' } });
    expect(await analysis.report()).toMatchObject({ packets: 273 });
  });
});

describe('a file that can no longer be read', () => {
  test('in the middle: what was read stays, with an issue that says where', async () => {
    const octets = await longCapture(30 << 20);
    const { result, analysis } = await openFile(new VanishingFile(octets, 20 << 20));
    if (!result.ok) throw new Error(result.error.message);
    const { value } = result;
    expect(value.bytesRead).toBe(20 << 20);
    expect(value.counts.packets).toBeGreaterThan(1000);
    expect(value.issues[0]).toMatchObject({ code: 'file-unreadable', severity: 'error' });
    expect(value.issues[0]?.sentence).toMatch(
      /^Byte 20,971,520 of [\d,]+: .*NotReadableError.* packets are shown\.$/,
    );
    expect(await analysis.report()).toMatchObject({ packets: value.counts.packets });
  });

  test('at once: a message that says so', async () => {
    const { result } = await openFile(new VanishingFile(await longCapture(1000), 0));
    expect(result).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });

  test('afterwards: lists have what the tables know, details say so', async () => {
    const octets = await fixture('story-1.pcap');
    const file = new File([new Uint8Array(octets)], 'gone.pcap');
    const { analysis } = await openFile(file);
    file.slice = () => new VanishingFile(new Uint8Array(10), 0).slice(0, 10);
    const query = await analysis.query('packets', { filter: '', sort: undefined });
    if (!query.ok) throw new Error(query.error.message);
    const [item] = await analysis.window('packets', query.value.id, 0, 1);
    expect(item).toMatchObject({ packet: 1, info: '[SYN] (the file can no longer be read)' });
    expect(await analysis.packet(1)).toMatchObject({ nodes: [], octets: new Uint8Array() });
    expect((await analysis.follow(0, 'both', 0)).problem).toMatch(/can no longer be read/);
    expect((await analysis.body(0, 'response'))?.caveat).toMatch(/can no longer be read/);
  });
});
