/**
 * The first call after 10 ms in which nothing happened: both threads sleep, and waking a core is
 * most of the price. A bare MessagePort shows what the machine takes at least.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Contender, Row } from '../row.js';
import { callers } from './contenders.js';
import { timeAfterSilence } from './drive.js';

const silence = { count: 100, silenceMs: 10 };
const options = { threads: 1, task: 'increment', depth: 64 } as const;

/** One port, one listener on each side, one call at a time: nothing is looked up. */
const barePort: Contender = async (size) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: 'after-silence' });
  let settle: (value: number) => void;
  worker.on('message', (value: number) => settle(value));
  const call = (value: number): Promise<number> =>
    new Promise((resolve) => {
      settle = resolve;
      worker.postMessage(value);
    });
  return { ...(await timeAfterSilence(call, size, silence)) };
};

if (workerData === 'after-silence') {
  parentPort?.on('message', (value: number) => parentPort?.postMessage(value + 1));
}

/** See above. */
export const row: Row = {
  id: 'calls/after-silence',
  title: 'Round trip, first call after 10 ms of silence',
  awaited: 'the answer of an empty function on one other thread',
  inFlight: '1',
  clock: 'one call, from making it to having its answer; 100 of them, 10 ms apart',
  figures: {
    p50: {
      title: 'p50',
      unit: 'µs',
      better: 'lower',
      targets: [
        { text: 'at most 1.15 × a bare port', atMost: 1.15, timesBestOf: ['bare MessagePort'] },
      ],
    },
    p99: { title: 'p99', unit: 'µs', better: 'lower' },
  },
  contenders: {
    ...callers(['threadloop', 'piscina', 'comlink'], options, async (call, size) => ({
      ...(await timeAfterSilence(call, size, silence)),
    })),
    'bare MessagePort': barePort,
  },
};
