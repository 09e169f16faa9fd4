import type { View } from './api.ts';

/** An answered query, as the query engine hands it over. */
export interface AnsweredQuery {
  readonly rows: number;
  readonly total: number;
  /** Row of the view's table at a position of the query's order. */
  at(position: number): number;
  /** Position of a row; undefined where the filter leaves it out. */
  positionOf(row: number): number | undefined;
}

/**
 * Queries of one view that are kept: the page reads windows of the newest, and for a moment of the one before. A sorted query of
 * 2.5 million packets holds 10 MB.
 */
const KEPT = 2;

/** The queries that windows can be read of, by their handle. */
export class Queries {
  readonly #queries = new Map<number, { readonly view: View; readonly query: AnsweredQuery }>();
  #next = 1;

  /** Keeps a query and answers its handle; the oldest of the view is dropped. */
  add(view: View, query: AnsweredQuery): number {
    const id = this.#next++;
    this.#queries.set(id, { view, query });
    const ofView = [...this.#queries].filter(([, kept]) => kept.view === view).map(([kept]) => kept);
    for (const old of ofView.slice(0, -KEPT)) this.#queries.delete(old);
    return id;
  }

  /** The query of a handle; undefined where it was dropped. */
  find(id: number): AnsweredQuery | undefined {
    return this.#queries.get(id)?.query;
  }
}
