// Results of a run that never was, for the tests of what is made of results.
// Every contender has the median that is given, and a spread of one around it.

import type { Results, RowResults } from '../../bench/report/results.js';
import type { Figure } from '../../bench/row.js';

/** A row with one figure, `rate`, and what each contender has reached. */
export function sampleRow(
  medians: Readonly<Record<string, number | string>>,
  figure: Partial<Figure> = {},
): RowResults {
  const contenders = Object.entries(medians).map(([name, value]) => {
    if (typeof value === 'string') return { name, figures: {}, problem: value };
    const values = [value - 1, value, value + 1];
    return { name, figures: { rate: { median: value, min: value - 1, max: value + 1, values } } };
  });
  return {
    id: 'calls/sample',
    title: 'Sample',
    awaited: 'an answer',
    inFlight: '1',
    clock: 'all of it',
    figures: { rate: { title: 'calls', unit: '/s', better: 'higher', ...figure } },
    contenders,
  };
}

/** A whole run. */
export function sampleResults(rows: readonly RowResults[]): Results {
  return {
    machine: {
      name: '2-core-sample-node-20',
      cores: 2,
      cpu: 'Sample <1>',
      memoryGB: 8,
      platform: 'linux x64',
      node: '20.19.0',
    },
    python: 'Python 3.11.2, uvloop 0.17.0',
    commit: 'abc1234',
    date: '2026-11-20T12:00:00.000Z',
    mode: 'full',
    roundCount: 3,
    durationS: 600,
    rows,
  };
}
