/**
 * Callbacks for another thread that nobody answers: asyncio's `call_soon_threadsafe`.
 * One call at the end asks how much has been counted, so that all are known to have run.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { pythonContenders, type Row, type Size } from '../row.js';
import { threadloop } from '../subject.js';
import { warmUp } from '../warm-up.js';
import { fullOnly } from './contenders.js';
import { assertAnswer } from './drive.js';

const postCount = 1_000_000;
const warmUpCount = 20_000;
const isCounter = workerData === 'one-way';

let sum = 0;

/** Runs on the other thread. */
export function add(value: number): void {
  sum += value;
}

/** Runs on the other thread: what has been added since it was asked last. */
export function takeSum(): number {
  const taken = sum;
  sum = 0;
  return taken;
}

async function measure(
  size: Size,
  post: (value: number) => void,
  askSum: () => PromiseLike<number>,
): Promise<{ rate: number }> {
  const pass = async (count: number): Promise<void> => {
    for (let value = 0; value < count; value += 1) post(value);
    assertAnswer(await askSum(), (count * (count - 1)) / 2);
  };
  await warmUp(size, () => pass(warmUpCount));
  const count = size.count(postCount);
  const startMs = performance.now();
  await pass(count);
  return { rate: count / ((performance.now() - startMs) / 1_000) };
}

async function viaThreadloop(size: Size): Promise<{ rate: number }> {
  const { Coordinator, remoteModule } = threadloop;
  const remote = remoteModule<typeof import('./one-way.js')>(new URL(import.meta.url));
  const [loop] = (await Coordinator.start({ loops: 1 })).loops;
  if (loop === undefined) throw new Error('a coordinator without loops');
  return measure(
    size,
    (value) => void loop.callSoonThreadsafe(remote.add, value),
    () => loop.runCoroutineThreadsafe(remote.takeSum),
  );
}

async function viaWorker(size: Size): Promise<{ rate: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: 'one-way' });
  const askSum = (): Promise<number> =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(null);
    });
  return measure(size, (value) => worker.postMessage(value), askSum);
}

if (isCounter) {
  parentPort?.on('message', (value: number | null) => {
    if (value === null) parentPort?.postMessage(takeSum());
    else add(value);
  });
}

/** See above. */
export const row: Row = {
  id: 'calls/one-way',
  title: '`callSoonThreadsafe`, one way',
  awaited: 'nothing, but for one answer at the end: the sum of what arrived',
  inFlight: '1 000 000',
  clock: 'from the first callback to that answer',
  figures: {
    rate: {
      title: 'callbacks',
      unit: '/s',
      better: 'higher',
      targets: [
        { text: 'at least 4 M/s', atLeast: 4e6 },
        { text: 'more than uvloop', atLeast: 1, timesBestOf: ['uvloop'] },
      ],
    },
  },
  contenders: {
    threadloop: viaThreadloop,
    'Worker, a message each': viaWorker,
    ...pythonContenders('calls/asyncio_rows.py', 'one_way'),
  },
  fullOnly,
};
