import type { KeptSchema } from './kept-store.ts';
import { openKept } from './kept-store.ts';

/** How the columns of a table were laid out. */
export type KeptColumns = KeptSchema['columns']['value'];

/** The layouts that were made before in this browser. */
export async function keptColumns(): Promise<readonly KeptColumns[]> {
  const database = await openKept();
  const kept = (await database?.getAll('columns')) ?? [];
  database?.close();
  return kept;
}

/** Keeps the layout of a table for next time. */
export async function keepColumns(layout: KeptColumns): Promise<void> {
  const database = await openKept();
  await database?.put('columns', layout);
  database?.close();
}
