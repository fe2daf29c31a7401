// The summary at the end of a run.

import { expect, test } from 'vitest';
import { toInput } from '#src/cli/inputs.js';
import { outcomeOfError, outcomeOfValue } from '#src/cli/outcome.js';
import { summaryLines } from '#src/cli/summary.js';
import { Tally } from '#src/cli/tally.js';

function note(tally: Tally, input: string, loop: string, ms: number, error?: Error): void {
  const outcome = error === undefined ? outcomeOfValue(1, ms) : outcomeOfError(error, ms);
  tally.noteTry(outcome, loop);
  tally.noteAnswer(toInput(input).json, outcome, loop);
}

test('a run that went well is told in counts, time, speed-up and a line for each loop', () => {
  const tally = new Tally(['loop-1', 'loop-2'], 3);
  note(tally, 'a', 'loop-1', 900);
  note(tally, 'b', 'loop-1', 600);
  note(tally, 'c', 'loop-2', 300);
  const busy = [
    { name: 'loop-1', latest: 0, overall: 0.955 },
    { name: 'loop-2', latest: 0, overall: 0.2 },
  ];
  expect(summaryLines({ tally, wallMs: 1000, busy, strayCount: 0 })).toEqual([
    '3 inputs answered in 1.0 s (3.0/s)',
    'speed-up 1.80: 1.8 s of task time',
    '  loop-1  2 inputs  96% busy  1.5 s of task time',
    '  loop-2   1 input  20% busy  300 ms of task time',
  ]);
});

test('failures, retries, skipped and open inputs are told, and the first failure', () => {
  const tally = new Tally(['loop-1'], 1010);
  note(tally, 'a.ts', 'loop-1', 1, new TypeError('first line\nsecond line'));
  note(tally, 'b.ts', 'loop-1', 1, new Error('later'));
  note(tally, 'c.ts', 'loop-1', 1);
  tally.retryCount = 1;
  tally.skippedCount = 1000;
  const lines = summaryLines({ tally, wallMs: 3000, busy: [], strayCount: 2 });
  expect(lines.slice(0, 3)).toEqual([
    '3 inputs answered, 2 of them failed, 1 retry, 1,000 answered before, 7 left in 3.0 s (1.0/s)',
    'first failure: "a.ts": TypeError: first line',
    '2 answers found that belong to no input of this run',
  ]);
});

test('a run with nothing to do is one line', () => {
  const tally = new Tally(['loop-1'], 0);
  expect(summaryLines({ tally, wallMs: 12, busy: [], strayCount: 0 })).toEqual([
    '0 inputs answered in 12 ms',
  ]);
});
