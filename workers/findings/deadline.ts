import type { Nanoseconds } from '../../src/model/units.ts';
import { fieldOf } from '../field-lines.ts';

/** A time that a client says it waits at most, and where it says so. */
export interface Deadline {
  readonly field: string;
  readonly value: string;
  readonly time: Nanoseconds;
}

/** Nanoseconds of the units of grpc-timeout (gRPC over HTTP/2, "Requests"). */
const UNITS: Readonly<Record<string, number>> = { H: 3600e9, M: 60e9, S: 1e9, m: 1e6, u: 1e3, n: 1 };

/** The deadline that a request's field lines tell; undefined where there is none. */
export function deadlineOf(lines: readonly string[]): Deadline | undefined {
  const grpc = fieldOf(lines, 'grpc-timeout');
  const found = grpc === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(grpc);
  if (grpc !== undefined && found !== null) {
    const time = Number(found[1]) * (UNITS[found[2] ?? ''] ?? NaN);
    return { field: 'grpc-timeout', value: grpc, time };
  }
  const envoy = fieldOf(lines, 'x-envoy-expected-rq-timeout-ms');
  if (envoy === undefined || !/^\d{1,9}$/.test(envoy) || Number(envoy) === 0) return undefined;
  return { field: 'x-envoy-expected-rq-timeout-ms', value: envoy, time: Number(envoy) * 1e6 };
}
