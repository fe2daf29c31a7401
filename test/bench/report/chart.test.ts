// The picture of the README, from results that are made up.
// Pure: whether it looks good is for eyes to say.

import { expect, test } from 'vitest';
import { drawChart } from '../../../bench/report/chart.js';
import { sampleResults, sampleRow } from '../sample-results.js';

const row = {
  ...sampleRow({ slow: 1_000, 'threadloop, host loop': 4_000, 'a < b & c': 2_000, broken: 'hung' }),
  id: 'loop/gather',
};

function widths(svg: string): number[] {
  const bars = svg.matchAll(/class="(?:ours|other)"[^>]* width="(\d+)"/g);
  return [...bars].map(([, width]) => Number(width));
}

test('bars are as long as their figures, the best first, and what is missing has none', () => {
  const [first = 0, second = 0, third = 0, ...more] = widths(drawChart(sampleResults([row])));
  expect(second / first).toBeCloseTo(0.5, 1);
  expect(third / first).toBeCloseTo(0.25, 1);
  expect(more).toEqual([]);
});

test('threadloop is told by colour and by weight, and names are escaped', () => {
  const svg = drawChart(sampleResults([row]));
  expect(svg.match(/class="ours"/g)).toHaveLength(1);
  expect(svg).toMatch(/class="ink own"[^>]*>threadloop, host loop</);
  expect(svg).toContain('a &lt; b &amp; c');
  expect(svg).not.toContain('<1>');
});

test('there are colours for a dark page', () => {
  expect(drawChart(sampleResults([row]))).toContain('prefers-color-scheme: dark');
});

test('threadloop is shown even where many others did better', () => {
  const others = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`peer ${n}`, 100 + n]));
  const crowded = { ...sampleRow({ threadloop: 1, ...others }), id: row.id };
  const svg = drawChart(sampleResults([crowded]));
  expect(widths(svg)).toHaveLength(7);
  expect(svg).toContain('>threadloop<');
});
