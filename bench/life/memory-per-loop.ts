/**
 * What an idle loop takes: the process's resident memory before and after 16 threads have started,
 * garbage collected, by thread. A bare Worker is most of it.
 */
import { setTimeout as sleepOnHost } from 'node:timers/promises';
import { startCaller } from '../calls/contenders.js';
import type { Contender, Row } from '../row.js';
import { threadloop } from '../subject.js';
import { startBareWorkers } from './bare-worker.js';
import { collectGarbage } from './memory.js';

const threadCount = 16;

/** Threads give back what they needed to start. */
const settleMs = 500;

function perThread(start: (threads: number) => Promise<unknown>): Contender {
  return async ({ isQuick }) => {
    const threads = isQuick ? threadCount / 2 : threadCount;
    collectGarbage();
    const before = process.memoryUsage.rss();
    const kept = await start(threads);
    await sleepOnHost(settleMs);
    collectGarbage();
    const bytes = process.memoryUsage.rss() - before;
    if (kept === undefined) throw new Error('nothing was started');
    return { size: bytes / threads / 2 ** 20 };
  };
}

/** See above. */
export const row: Row = {
  id: 'life/memory-per-loop',
  title: 'Memory of an idle thread',
  awaited: 'nothing',
  inFlight: '16 threads, idle for 0.5 s',
  clock: 'none: resident memory after less before, by thread, the garbage collected',
  figures: {
    size: {
      title: 'a thread',
      unit: 'MB',
      better: 'lower',
      targets: [
        { text: 'at most 2 MB above a bare Worker', atMost: 2, aboveBestOf: ['bare Worker'] },
      ],
    },
  },
  contenders: {
    threadloop: perThread((loops) => threadloop.Coordinator.start({ loops })),
    'bare Worker': perThread((count) => startBareWorkers(count, 'message')),
    piscina: perThread(async (threads) => {
      const call = await startCaller('piscina', { threads, task: 'increment', depth: 1 });
      await Promise.all(Array.from({ length: threads }, (_, value) => call(value)));
      return call;
    }),
  },
  fullOnly: ['piscina'],
};
