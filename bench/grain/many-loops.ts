/**
 * The same work on more and more loops than there are cores: what loops cost that only compete
 * with one another. One coordinator after the other, in one process.
 */
import { assertAnswer } from '../calls/drive.js';
import type { Figure, Figures, Row, Size } from '../row.js';
import { threadloop } from '../subject.js';
import { stepsPerUs } from './calibrate.js';

const loopCounts = [1, 2, 4, 8, 16, 32];
const taskUs = 200;
const taskCount = 4_000;
const callerCount = 128;

async function timeWork(loops: number, count: number, steps: number): Promise<number> {
  const { Coordinator, remoteModule } = threadloop;
  const url = new URL('../calls/tasks.js', import.meta.url);
  const { burn } = remoteModule<typeof import('../calls/tasks.js')>(url);
  await using coordinator = await Coordinator.start({ loops, name: `of-${loops}` });
  const work = async (tasks: number): Promise<void> => {
    let leftCount = tasks;
    const caller = async (): Promise<void> => {
      while (leftCount > 0) {
        leftCount -= 1;
        assertAnswer(await coordinator.submit(burn, steps), steps);
      }
    };
    await Promise.all(Array.from({ length: callerCount }, caller));
  };
  await work(callerCount * 2);
  const startMs = performance.now();
  await work(count);
  return performance.now() - startMs;
}

async function measure(size: Size): Promise<Figures> {
  const steps = Math.round(taskUs * stepsPerUs());
  const timesMs = new Map<number, number>();
  for (const loops of size.isQuick ? [2, 32] : loopCounts) {
    timesMs.set(loops, await timeWork(loops, size.count(taskCount), steps));
  }
  const at = (loops: number): number => timesMs.get(loops) ?? Number.NaN;
  const figures = loopCounts.map((loops) => [`loops${loops}`, at(loops)] as const);
  return { ...Object.fromEntries(figures), slowdown: at(32) / at(2) };
}

const timeFigures = loopCounts.map((loops): [string, Figure] => [
  `loops${loops}`,
  { title: `${loops}`, unit: 'ms', better: 'lower' },
]);

/** See above. */
export const row: Row = {
  id: 'grain/many-loops',
  title: 'Loops 1 to 32, fixed total work',
  awaited: 'a task of 200 µs, by each of 128 callers before its next; 4 000 tasks in all',
  inFlight: '128',
  clock: 'from the first call to the last answer, once every loop has worked; columns: loops',
  figures: {
    slowdown: {
      title: '32 against 2',
      unit: '×',
      better: 'lower',
      targets: [{ text: 'at most 1.1', atMost: 1.1 }],
    },
    ...Object.fromEntries(timeFigures),
  },
  contenders: { threadloop: measure },
};
