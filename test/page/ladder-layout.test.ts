import { describe, expect, test } from 'vitest';
import { ladderTimes, lifelinePositions, silenceBefore, TIME_WIDTH } from '../../src/ui/ladder-layout.ts';

const at = (...milliseconds: number[]) => milliseconds.map((time) => ({ time: time * 1e6 }));

describe('times of a ladder', () => {
  test('count from its first step, in one unit', () => {
    expect(ladderTimes(at(5000, 5000.4, 5003.12))).toEqual(['0.00 ms', '0.40 ms', '3.12 ms']);
    expect(ladderTimes(at(0, 0.25))).toEqual(['0 µs', '250 µs']);
    expect(ladderTimes(at(0, 600))).toEqual(['0.0 ms', '600.0 ms']);
    expect(ladderTimes(at(0, 0.03, 600))).toEqual(['0.00 ms', '0.03 ms', '600.00 ms']);
    expect(ladderTimes(at(0, 12_000))).toEqual(['0.000 s', '12.000 s']);
  });

  test('of a step before the first are negative, where the clock went backwards', () => {
    expect(ladderTimes(at(10, 4))).toEqual(['0.00 ms', '-6.00 ms']);
  });

  test('of no step are none', () => {
    expect(ladderTimes([])).toEqual([]);
  });
});

describe('a silence', () => {
  test('is said when it is long, and a good part of the whole', () => {
    const steps = at(0, 1, 5100, 5101);
    expect([0, 1, 2, 3].map((index) => silenceBefore(steps, index))).toEqual([
      undefined,
      undefined,
      '5.10 s',
      undefined,
    ]);
  });

  test('is not said of half a second within minutes, nor of a few milliseconds', () => {
    expect(silenceBefore(at(0, 600, 120_000), 1)).toBeUndefined();
    expect(silenceBefore(at(0, 3, 4), 1)).toBeUndefined();
  });
});

describe('lifelines', () => {
  const lines = (count: number) => Array.from({ length: count }, () => ({ role: '', address: '' }));

  test('stand evenly, right of the times and inside of the width', () => {
    for (const count of [2, 3, 4]) {
      for (const width of [360, 680, 1200]) {
        const positions = lifelinePositions(lines(count), width);
        expect(positions).toHaveLength(count);
        const gaps = positions.slice(1).map((position, index) => position - (positions[index] ?? 0));
        for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] ?? 0, 6);
        expect(Math.min(...gaps)).toBeGreaterThan(40);
        expect(positions[0]).toBeGreaterThan(TIME_WIDTH);
        expect(positions.at(-1)).toBeLessThan(width);
      }
    }
  });
});
