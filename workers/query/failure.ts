import type { FilterError } from '../api.ts';
import type { Span } from './ast.ts';

/** Carries what is wrong with a filter out of its compilation or evaluation; never leaves workers/query. */
export class FilterFailure extends Error {
  readonly error: FilterError;

  constructor(message: string, { start, end }: Span) {
    super(message);
    this.error = { message, start, end };
  }
}
