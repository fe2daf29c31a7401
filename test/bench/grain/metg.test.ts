// METG(50 %) from efficiencies that are given: where the line crosses, and what lies outside.
// Pure: nothing is measured here.

import { expect, test } from 'vitest';
import { minimumEffectiveGrainUs } from '../../../bench/grain/metg.js';

function points(efficiencies: Readonly<Record<number, number>>) {
  return Object.entries(efficiencies).map(([grainUs, efficiency]) => ({
    grainUs: Number(grainUs),
    efficiency,
  }));
}

test('METG lies between two grains by the logarithm of their length', () => {
  // Half way from 0.4 to 0.6 is half way from 10 to 1 000 in powers of ten.
  expect(minimumEffectiveGrainUs(points({ 10: 0.4, 1_000: 0.6 }))).toBeCloseTo(100, 6);
  expect(minimumEffectiveGrainUs(points({ 10: 0.2, 20: 0.5, 50: 0.9 }))).toBe(20);
});

test('the order in which grains were measured does not matter', () => {
  const given = points({ 5: 0.1, 10: 0.3, 20: 0.7, 50: 0.9 });
  expect(minimumEffectiveGrainUs(given.toReversed())).toBe(minimumEffectiveGrainUs(given));
});

test('of several crossings the longest grain counts, from which on all are enough', () => {
  const metg = minimumEffectiveGrainUs(points({ 5: 0.6, 10: 0.4, 20: 0.6 }));
  expect(metg).toBeGreaterThan(10);
  expect(metg).toBeLessThan(20);
});

test('where every grain is enough it is the shortest one, and infinite where none is', () => {
  expect(minimumEffectiveGrainUs(points({ 1: 0.8, 2: 0.9 }))).toBe(1);
  expect(minimumEffectiveGrainUs(points({ 1: 0.1, 2: 0.2 }))).toBe(Infinity);
});

test('another share can be asked for, and nothing measured is an error', () => {
  expect(minimumEffectiveGrainUs(points({ 10: 0.8, 1_000: 1 }), 0.9)).toBeCloseTo(100, 6);
  expect(() => minimumEffectiveGrainUs([])).toThrow(/no efficiencies/);
});
