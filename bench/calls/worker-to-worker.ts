/**
 * One worker calls another, set against the main thread calling a worker: the same link leads to
 * both, and no message goes by way of the main thread. The same driving code runs on each side.
 *
 * A worker's code always runs in a task. That of an async function travels in an
 * `AsyncLocalStorage`, for which Node before 24 follows every promise: so the main thread calls
 * both from a task and from outside of any.
 */
import { type Figures, type Row, sizeOf } from '../row.js';
import { threadloop } from '../subject.js';
import { measureRate, timeRoundTrips } from './drive.js';

const callerCount = 1_000;
const roundTripCount = 3_000;
const tasksUrl = new URL('./tasks.js', import.meta.url);

/** Runs on the calling thread, whichever that is. */
export async function measureCalls(target: string, isQuick: boolean): Promise<Figures> {
  const { getLoop, remoteModule } = threadloop;
  const loop = getLoop(target);
  const { increment } = remoteModule<typeof import('./tasks.js')>(tasksUrl);
  const call = (value: number): PromiseLike<number> =>
    loop.runCoroutineThreadsafe(increment, value);
  const size = sizeOf(isQuick);
  const rate = await measureRate(call, size, callerCount);
  const { p50 } = await timeRoundTrips(call, size, roundTripCount);
  return { rate, p50 };
}

/** See above. */
export const row: Row = {
  id: 'calls/worker-to-worker',
  title: 'Worker to worker, and main to worker',
  awaited: 'the answer of an empty function on another worker',
  inFlight: '1 000 (for p50: 1)',
  clock: 'all calls of 0.5 s, to the last answer; for p50 one call, 3 000 of them',
  figures: {
    rate: {
      title: 'calls',
      unit: '/s',
      better: 'higher',
      targets: [
        {
          text: 'worker to worker at least 0.85 × main to worker',
          of: 'threadloop, worker to worker',
          atLeast: 0.85,
          timesBestOf: ['threadloop, main to worker, in a task'],
        },
      ],
    },
    p50: {
      title: 'round trip p50',
      unit: 'µs',
      better: 'lower',
      targets: [
        {
          text: 'worker to worker at most 1.15 × main to worker',
          of: 'threadloop, worker to worker',
          atMost: 1.15,
          timesBestOf: ['threadloop, main to worker, in a task'],
        },
      ],
    },
  },
  contenders: {
    'threadloop, main to worker': async ({ isQuick }) => {
      await threadloop.Coordinator.start({ loops: 2 });
      return measureCalls('loop-2', isQuick);
    },
    'threadloop, main to worker, in a task': async ({ isQuick }) => {
      await threadloop.Coordinator.start({ loops: 2 });
      const loop = threadloop.getEventLoop();
      return loop.createTask(async () => measureCalls('loop-2', isQuick));
    },
    'threadloop, worker to worker': async ({ isQuick }) => {
      const coordinator = await threadloop.Coordinator.start({ loops: 2 });
      const url = new URL(import.meta.url);
      const here = threadloop.remoteModule<typeof import('./worker-to-worker.js')>(url);
      const caller = coordinator.loop('loop-1');
      return caller.runCoroutineThreadsafe(here.measureCalls, 'loop-2', isQuick);
    },
  },
};
