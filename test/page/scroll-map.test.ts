import { describe, expect, test } from 'vitest';
import {
  clampTop,
  ROW_HEIGHT,
  rowsInSight,
  scrollMap,
  scrollTopOf,
  topRowAt,
  topRowToShow,
  TRACK_LIMIT,
} from '../../src/ui/scroll-map.ts';

describe('a short table', () => {
  const map = scrollMap(1000, 600);

  test('scrolls px by px', () => {
    expect(map.isScaled).toBe(false);
    expect(map.track).toBe(1000 * ROW_HEIGHT);
    expect(topRowAt(map, 36)).toBe(1.5);
    expect(scrollTopOf(map, 1.5)).toBe(36);
  });

  test('ends with its last row at the bottom', () => {
    expect(map.lastTop).toBe(975);
    expect(topRowAt(map, map.track)).toBe(975);
    expect(rowsInSight(map, 975)).toEqual({ start: 975, end: 1000 });
  });

  test('that fits the viewport does not scroll', () => {
    const fits = scrollMap(3, 600);
    expect(fits.lastTop).toBe(0);
    expect(clampTop(fits, 2)).toBe(0);
    expect(rowsInSight(fits, 0)).toEqual({ start: 0, end: 3 });
  });

  test('without rows has nothing in sight', () => {
    const none = scrollMap(0, 600);
    expect(rowsInSight(none, 0)).toEqual({ start: 0, end: 0 });
    expect(topRowAt(none, 0)).toBe(0);
  });
});

describe('a table of 2.5 million rows', () => {
  const map = scrollMap(2_500_000, 610);

  test('lies on a track that no browser cuts off', () => {
    expect(map.isScaled).toBe(true);
    expect(map.track).toBe(TRACK_LIMIT);
  });

  test('reaches its first and its last row at the ends of the track', () => {
    expect(topRowAt(map, 0)).toBe(0);
    expect(topRowAt(map, map.track - map.viewport)).toBe(map.lastTop);
    expect(rowsInSight(map, map.lastTop).end).toBe(2_500_000);
  });

  test('comes back to the row that it was scrolled to', () => {
    for (const row of [0, 1, 17.5, 1_234_567, 2_499_000]) {
      expect(topRowAt(map, scrollTopOf(map, row))).toBeCloseTo(row, 6);
    }
  });
});

describe('a row is shown', () => {
  const map = scrollMap(1000, 240);

  test('by the least scrolling when it is near', () => {
    expect(topRowToShow(map, 100, 105)).toBe(100);
    expect(topRowToShow(map, 100, 99)).toBe(99);
    expect(topRowToShow(map, 100, 110)).toBe(101);
  });

  test('in the middle when it is far away', () => {
    expect(topRowToShow(map, 100, 500)).toBe(495);
    expect(topRowToShow(map, 500, 100)).toBe(95);
    expect(topRowToShow(map, 500, 2)).toBe(0);
    expect(topRowToShow(map, 0, 999)).toBe(990);
  });
});
