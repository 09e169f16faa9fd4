import type { Nanoseconds } from '../../src/model/units.ts';
import { fieldValue } from '../field-lines.ts';

/** A time that a client says it waits at most, and where it says so. */
export interface Deadline {
  readonly field: string;
  readonly value: string;
  readonly time: Nanoseconds;
}

/** Nanoseconds of the units of grpc-timeout (gRPC over HTTP/2, "Requests"). */
const UNITS: Readonly<Record<string, number>> = { H: 3600e9, M: 60e9, S: 1e9, m: 1e6, u: 1e3, n: 1 };

const GRPC = /^grpc-timeout\s*:/i;
const ENVOY = /^x-envoy-expected-rq-timeout-ms\s*:/i;

/** The deadline that a request's field lines tell; undefined where there is none. */
export function deadlineOf(lines: readonly string[]): Deadline | undefined {
  const grpc = valueOf(lines, GRPC);
  const found = grpc === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(grpc);
  if (grpc !== undefined && found !== null) {
    const time = Number(found[1]) * (UNITS[found[2] ?? ''] ?? NaN);
    return { field: 'grpc-timeout', value: grpc, time };
  }
  const envoy = valueOf(lines, ENVOY);
  if (envoy === undefined || !/^\d{1,9}$/.test(envoy) || Number(envoy) === 0) return undefined;
  return { field: 'x-envoy-expected-rq-timeout-ms', value: envoy, time: Number(envoy) * 1e6 };
}

/** Asked of very many requests: most lines are told apart by their first letter. */
function valueOf(lines: readonly string[], name: RegExp): string | undefined {
  const line = lines.find((candidate) => name.test(candidate));
  return line === undefined ? undefined : fieldValue(line);
}
