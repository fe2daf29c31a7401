/**
 * Efficiency by grain: two threads, 64 callers, tasks that compute for so many microseconds. 1.00
 * means that both cores did nothing else. From these METG(50 %) is read.
 */
import { type Call, callers, fullOnly } from '../calls/contenders.js';
import { assertAnswer } from '../calls/drive.js';
import type { Figure, Figures, Row, Size } from '../row.js';
import { stepsPerUs } from './calibrate.js';
import { type Efficiency, minimumEffectiveGrainUs } from './metg.js';

const threadCount = 2;
const callerCount = 64;
const grainsUs = [1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];
const quickGrainsUs = [2, 5, 20, 100, 1_000];

/** Of each grain at least so many tasks, that the last ones, which end alone, weigh little. */
const minTaskCount = 256;

const options = { threads: threadCount, task: 'burn', depth: 16 } as const;

/** Tasks a second, for as long as the window and at least so many tasks. */
async function runTasks(call: Call, steps: number, ms: number, count: number): Promise<number> {
  let madeCount = 0;
  const startMs = performance.now();
  const isOver = (): boolean => madeCount >= count && performance.now() - startMs >= ms;
  const caller = async (): Promise<void> => {
    while (!isOver()) {
      madeCount += 1;
      assertAnswer(await call(steps), steps);
    }
  };
  await Promise.all(Array.from({ length: callerCount }, caller));
  return madeCount / ((performance.now() - startMs) / 1_000);
}

async function measure(call: Call, size: Size): Promise<Figures> {
  const windowMs = size.windowMs / 3;
  await runTasks(call, 1_000, size.warmUpMs, minTaskCount);
  const points: Efficiency[] = [];
  for (const grainUs of size.isQuick ? quickGrainsUs : grainsUs) {
    const steps = Math.round(grainUs * stepsPerUs());
    const rate = await runTasks(call, steps, windowMs, size.count(minTaskCount));
    points.push({ grainUs, efficiency: (rate * grainUs) / 1e6 / threadCount });
  }
  const entries = points.map(({ grainUs, efficiency }) => [`us${grainUs}`, efficiency] as const);
  return { metg: minimumEffectiveGrainUs(points), ...Object.fromEntries(entries) };
}

const grainFigures = grainsUs.map((grainUs): [string, Figure] => [
  `us${grainUs}`,
  { title: `${grainUs} µs`, unit: '×', better: 'higher' },
]);

/** See above. */
export const row: Row = {
  id: 'grain/efficiency',
  title: 'Efficiency by grain, two threads',
  awaited: 'a task that computes for so many microseconds, by each caller before its next',
  inFlight: '64',
  clock: 'all tasks of 0.17 s, at least 256, to the last answer; the time of both threads',
  figures: {
    metg: {
      title: 'METG(50 %)',
      unit: 'µs',
      better: 'lower',
      targets: [{ text: 'at most 4 µs', atMost: 4 }],
    },
    ...Object.fromEntries(grainFigures),
  },
  contenders: callers(
    ['threadloop', 'piscina', 'piscina, tuned', 'tinypool, tuned', 'poolifier', 'workerpool'],
    options,
    measure,
  ),
  fullOnly,
};
