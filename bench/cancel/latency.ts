/**
 * How soon the code on the other thread hears that its call was cancelled: a coroutine at its
 * `yield*`, an async function by its signal, code that computes by `checkCancelled()`.
 */
import { setTimeout as sleepOnHost } from 'node:timers/promises';
import type { ConcurrentFuture, RemoteLoop } from 'threadloop';
import { quantile } from '../report/statistics.js';
import type { Contender, Row } from '../row.js';
import { startWithTasks, type Tasks } from './start.js';
import { begun, heard, nowMs } from './tasks.js';

const cancelCount = 200;

/** The call has begun so long before it is cancelled: it waits or computes. */
const leadMs = 2;

type Start = (loop: RemoteLoop, tasks: Tasks, record: Float64Array) => ConcurrentFuture<unknown>;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleepOnHost(1);
}

function cancelOf(start: Start): Contender {
  return async (size) => {
    const { loop, tasks } = await startWithTasks(1);
    const latenciesUs: number[] = [];
    for (let index = 0; index < size.count(cancelCount); index += 1) {
      const record = new Float64Array(new SharedArrayBuffer(16));
      const call = start(loop, tasks, record);
      await until(() => record[begun] !== 0);
      await sleepOnHost(leadMs);
      const cancelledAtMs = nowMs();
      call.cancel();
      await call.catch(() => undefined);
      await until(() => record[heard] !== 0);
      latenciesUs.push(((record[heard] ?? Number.NaN) - cancelledAtMs) * 1_000);
    }
    return { p50: quantile(latenciesUs, 0.5), p99: quantile(latenciesUs, 0.99) };
  };
}

/** See above. */
export const row: Row = {
  id: 'cancel/latency',
  title: 'Cancel latency, to code on another thread',
  awaited: 'the end of the cancelled call',
  inFlight: '1',
  clock: 'from `cancel()` to the moment in which the code there hears of it; 200 cancels',
  figures: {
    p50: { title: 'p50', unit: 'µs', better: 'lower' },
    p99: { title: 'p99', unit: 'µs', better: 'lower' },
  },
  contenders: {
    'threadloop, coroutine': cancelOf((loop, tasks, record) =>
      loop.runCoroutineThreadsafe(tasks.waitLong, record),
    ),
    'threadloop, async function': cancelOf((loop, tasks, record) =>
      loop.runCoroutineThreadsafe(tasks.listenLong, record),
    ),
    'threadloop, `checkCancelled()`': cancelOf((loop, tasks, record) =>
      loop.runCoroutineThreadsafe(tasks.computeLong, record),
    ),
  },
};
