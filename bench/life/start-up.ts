/**
 * How long a number of threads takes to be ready: loops that take calls, bare Workers that are
 * online or have run their first line, and a pool that has answered as many calls.
 */
import { loadStart } from '../calls/contenders.js';
import type { Figures, Measure, Row } from '../row.js';
import { threadloop } from '../subject.js';
import { startBareWorkers } from './bare-worker.js';

async function timeStart(start: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await start();
  return performance.now() - startMs;
}

/** Eight, then 32 more in the same process: a program that has just begun, and one that grows. */
function startUp(start: (threads: number) => Promise<unknown>): Measure {
  return async ({ isQuick }): Promise<Figures> => {
    const eight = await timeStart(() => start(8));
    return isQuick ? { eight } : { eight, thirtyTwo: await timeStart(() => start(32)) };
  };
}

/** See above. */
export const row: Row = {
  id: 'life/start-up',
  title: 'Start-up of 8 threads, then of 32 more',
  awaited: 'every thread ready: a loop takes calls; a Worker is online, or has sent a message',
  inFlight: '8, then 32',
  clock: 'from the first start to the last thread; loading the library is outside',
  figures: {
    eight: {
      title: '8',
      unit: 'ms',
      better: 'lower',
      targets: [
        {
          text: 'at most 1.3 × 8 bare Workers',
          atMost: 1.3,
          timesBestOf: ['bare Workers, online'],
        },
      ],
    },
    thirtyTwo: { title: '32 more', unit: 'ms', better: 'lower' },
  },
  contenders: {
    threadloop: startUp((loops) => threadloop.Coordinator.start({ loops, name: `of-${loops}` })),
    'bare Workers, online': startUp((count) => startBareWorkers(count, 'online')),
    'bare Workers, first message': startUp((count) => startBareWorkers(count, 'message')),
    piscina: async (size) => {
      const start = await loadStart('piscina');
      const startPool = async (threads: number): Promise<void> => {
        const call = await start({ threads, task: 'increment', depth: 1 });
        await Promise.all(Array.from({ length: threads }, (_, value) => call(value)));
      };
      return startUp(startPool)(size);
    },
  },
  fullOnly: ['bare Workers, first message'],
};
