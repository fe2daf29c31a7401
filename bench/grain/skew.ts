/**
 * One task in 20 is 50 times longer: how far from an even share of the work two threads end.
 * A pool that gives each thread its tasks too early is left with one that is busy and one idle.
 */
import { type Call, callers, fullOnly } from '../calls/contenders.js';
import { assertAnswer } from '../calls/drive.js';
import type { Figures, Row, Size } from '../row.js';
import { stepsPerUs } from './calibrate.js';

const threadCount = 2;
const taskCount = 200;
const shortUs = 1_000;
const longFactor = 50;

const options = { threads: threadCount, task: 'burn', depth: 16 } as const;

async function measure(call: Call, size: Size): Promise<Figures> {
  await Promise.all(Array.from({ length: 64 }, () => call(1_000)));
  const perUs = stepsPerUs();
  const shortSteps = (size.isQuick ? shortUs / 5 : shortUs) * perUs;
  const steps = Array.from({ length: taskCount }, (_, index) =>
    Math.round(shortSteps * (index % 20 === 7 ? longFactor : 1)),
  );
  const totalSteps = steps.reduce((sum, each) => sum + each, 0);
  const idealMs = totalSteps / perUs / 1_000 / threadCount;
  const startMs = performance.now();
  const answers = await Promise.all(steps.map(call));
  const durationMs = performance.now() - startMs;
  assertAnswer(
    answers.reduce((sum, each) => sum + each, 0),
    totalSteps,
  );
  return { ratio: durationMs / idealMs };
}

/** See above. */
export const row: Row = {
  id: 'grain/skew',
  title: 'Skewed load, two threads',
  awaited: '200 tasks of 1 ms, of which every 20th takes 50 ms',
  inFlight: '200',
  clock: 'from the first call to the last answer, against an even share of the work',
  figures: { ratio: { title: 'times the ideal', unit: '×', better: 'lower' } },
  contenders: callers(
    ['threadloop', 'piscina', 'piscina, tuned', 'tinypool, tuned'],
    options,
    measure,
  ),
  fullOnly,
};
