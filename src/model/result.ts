/** What a request that can fail as expected answers: a value, or an error with its facts. */
export type Result<Value, Failure> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

/** A successful {@link Result}. */
export function ok<Value>(value: Value): Result<Value, never> {
  return { ok: true, value };
}

/** A failed {@link Result}. */
export function failed<Failure>(error: Failure): Result<never, Failure> {
  return { ok: false, error };
}
