import { openKept } from './kept-store.ts';

/** Filters that are kept; older ones make room. */
const MOST = 8;

/** The filters that were applied before in this browser, the last one first: what the user typed, nothing of a capture. */
export async function keptFilters(): Promise<readonly string[]> {
  const database = await openKept();
  const kept = (await database?.getAll('filters')) ?? [];
  database?.close();
  return kept.sort((a, b) => b.used - a.used).map(({ text }) => text);
}

/** Keeps a filter for next time, and forgets the oldest beyond the cap. */
export async function keepFilter(text: string): Promise<void> {
  const database = await openKept();
  if (!database) return;
  await database.put('filters', { text, used: Date.now() });
  const kept = await database.getAll('filters');
  const old = kept.sort((a, b) => b.used - a.used).slice(MOST);
  for (const filter of old) await database.delete('filters', filter.text);
  database.close();
}

/** Forgets all that this browser keeps of Offwire but the page itself. */
export async function forgetFilters(): Promise<void> {
  const database = await openKept();
  await database?.clear('filters');
  await database?.clear('columns');
  database?.close();
}
