import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** Filters that are kept; older ones make room. */
const MOST = 8;

interface Schema extends DBSchema {
  readonly filters: {
    readonly key: string;
    readonly value: { readonly text: string; readonly used: number };
  };
}

/** Where the filters are; undefined where this browser keeps nothing (a private window, storage switched off). */
async function open(): Promise<IDBPDatabase<Schema> | undefined> {
  try {
    return await openDB<Schema>('offwire', 1, {
      upgrade: (database) => void database.createObjectStore('filters', { keyPath: 'text' }),
    });
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** The filters that were applied before in this browser, the last one first: what the user typed, nothing of a capture. */
export async function keptFilters(): Promise<readonly string[]> {
  const database = await open();
  const kept = (await database?.getAll('filters')) ?? [];
  database?.close();
  return kept.sort((a, b) => b.used - a.used).map(({ text }) => text);
}

/** Keeps a filter for next time, and forgets the oldest beyond the cap. */
export async function keepFilter(text: string): Promise<void> {
  const database = await open();
  if (!database) return;
  await database.put('filters', { text, used: Date.now() });
  const kept = await database.getAll('filters');
  const old = kept.sort((a, b) => b.used - a.used).slice(MOST);
  for (const filter of old) await database.delete('filters', filter.text);
  database.close();
}

/** Forgets all that this browser keeps of Offwire but the page itself. */
export async function forgetFilters(): Promise<void> {
  const database = await open();
  await database?.clear('filters');
  database?.close();
}
