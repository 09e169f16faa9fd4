import { describe, expect, test } from 'vitest';
import { moved, padded, roundStep, timeTicks, zoomed } from '../../src/ui/time-axis.ts';

const labels = (from: number, to: number, most: number) =>
  timeTicks({ from, to }, most).map(({ label }) => label);

describe('the marks of a time axis', () => {
  test('stand at round times', () => {
    expect([0.3, 1, 1.01, 3, 70, 200].map(roundStep)).toEqual([0.5, 1, 2, 5, 100, 200]);
    expect(timeTicks({ from: 0, to: 10e9 }, 5).map(({ share }) => share)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });

  test('are in seconds, with as many decimals as they need', () => {
    expect(labels(0, 10e9, 5)).toEqual(['0', '2 s', '4 s', '6 s', '8 s', '10 s']);
    expect(labels(2.5e9, 3.1e9, 4)).toEqual(['2.6 s', '2.8 s', '3.0 s']);
    expect(labels(0, 80e6, 4)).toEqual(['0', '20 ms', '40 ms', '60 ms', '80 ms']);
  });

  test('are by the clock where they are far from each other', () => {
    expect(labels(0, 120e9, 4)).toEqual(['0', '30 s', '1 min', '1 min 30 s', '2 min']);
    expect(labels(0, 38_000e9, 3)).toEqual(['0', '6 h']);
    expect(labels(0, 6 * 3600e9, 4)).toEqual(['0', '2 h', '4 h', '6 h']);
    expect(labels(0, 12 * 86_400e9, 3)).toEqual(['0', '5 d', '10 d']);
  });

  test('far into a fine axis count from the first of them', () => {
    expect(labels(12e9, 12e9 + 40e3, 4)).toEqual(['12.00000 s', '+10 µs', '+20 µs', '+30 µs', '+40 µs']);
  });

  test('there are none on an axis without length', () => {
    expect(labels(5, 5, 4)).toEqual([]);
    expect(labels(0, 1e9, 0)).toEqual([]);
    expect(labels(NaN, NaN, 4)).toEqual([]);
  });
});

describe('a range of time', () => {
  test('is zoomed around a point that stays where it is, to a microsecond at most', () => {
    expect(zoomed({ from: 0, to: 1e6 }, 0.5, 0.25)).toEqual({ from: 0.125e6, to: 0.625e6 });
    const { from, to } = zoomed({ from: 0, to: 2000 }, 0.01, 0.5);
    expect(to - from).toBe(1000);
  });

  test('is moved by a share of its length', () => {
    expect(moved({ from: 100, to: 300 }, -0.5)).toEqual({ from: 0, to: 200 });
  });

  test('has length once it is padded', () => {
    const { from, to } = padded({ from: 7, to: 7 });
    expect(to).toBeGreaterThan(from);
  });
});
