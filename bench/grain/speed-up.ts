/**
 * A list of tasks that compute for 1 ms each, on one thread and on two: what the second core is
 * worth. One and two are measured in turn in one process, as their ratio is what counts.
 */
import { startCaller } from '../calls/contenders.js';
import { assertAnswer } from '../calls/drive.js';
import { median } from '../report/statistics.js';
import type { Figures, Row, Size } from '../row.js';
import { threadloop } from '../subject.js';
import { stepsPerUs } from './calibrate.js';

const taskUs = 1_000;
const taskCount = 200;
const turnCount = 5;

type MapAll = (inputs: readonly number[]) => Promise<number>;

async function compare(size: Size, start: (threads: number) => Promise<MapAll>): Promise<Figures> {
  const [one, two] = [await start(1), await start(2)];
  const inputs = new Array<number>(size.count(taskCount)).fill(Math.round(taskUs * stepsPerUs()));
  const time = async (mapAll: MapAll): Promise<number> => {
    const startMs = performance.now();
    const sum = await mapAll(inputs);
    const durationMs = performance.now() - startMs;
    assertAnswer(sum, inputs.length * (inputs[0] ?? 0));
    return durationMs;
  };
  await Promise.all([time(one), time(two)]);
  const ratios: number[] = [];
  for (let turn = 0; turn < turnCount; turn += 1) {
    ratios.push((await time(one)) / (await time(two)));
  }
  return { speedUp: median(ratios) };
}

async function startThreadloop(threads: number): Promise<MapAll> {
  const { Coordinator, remoteModule } = threadloop;
  const url = new URL('../calls/tasks.js', import.meta.url);
  const { burn } = remoteModule<typeof import('../calls/tasks.js')>(url);
  const coordinator = await Coordinator.start({ loops: threads, name: `of-${threads}` });
  return async (inputs) => {
    let sum = 0;
    for await (const steps of coordinator.map(burn, inputs)) sum += steps;
    return sum;
  };
}

async function startPiscina(threads: number): Promise<MapAll> {
  const call = await startCaller('piscina', { threads, task: 'burn', depth: 1 });
  return async (inputs) => {
    const answers = await Promise.all(inputs.map(call));
    return answers.reduce((sum, steps) => sum + steps, 0);
  };
}

/** See above. */
export const row: Row = {
  id: 'grain/speed-up',
  title: 'CPU-bound map, 1 ms tasks, 2 threads against 1',
  awaited: 'all results, in order',
  inFlight: '4 a thread (piscina: all)',
  clock:
    '200 tasks, from the first to the last result; five times on one and on two threads in turn',
  figures: {
    speedUp: {
      title: 'times as fast on two',
      unit: '×',
      better: 'higher',
      targets: [{ text: 'at least 1.9 × one loop', atLeast: 1.9 }],
    },
  },
  contenders: {
    threadloop: (size) => compare(size, startThreadloop),
    piscina: (size) => compare(size, startPiscina),
  },
};
