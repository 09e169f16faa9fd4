import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

/** What this browser keeps of the page: what was typed as a filter, and how tables were laid out; nothing of a capture. */
export interface KeptSchema extends DBSchema {
  readonly filters: {
    readonly key: string;
    readonly value: { readonly text: string; readonly used: number };
  };
  readonly columns: {
    readonly key: string;
    readonly value: {
      readonly table: string;
      readonly widths: Readonly<Record<string, number>>;
      readonly shown: Readonly<Record<string, boolean>>;
    };
  };
}

/** Where it is; undefined where this browser keeps nothing (a private window, storage switched off). */
export async function openKept(): Promise<IDBPDatabase<KeptSchema> | undefined> {
  try {
    return await openDB<KeptSchema>('offwire', 2, {
      upgrade(database, from) {
        if (from < 1) database.createObjectStore('filters', { keyPath: 'text' });
        if (from < 2) database.createObjectStore('columns', { keyPath: 'table' });
      },
      // A tab with an older page must not keep this one waiting.
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    });
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
