/**
 * A call from code that is not asynchronous: the calling thread blocks until the answer is there.
 * With `result()` on a blocking loop, through a portal, and with synckit, which does only this;
 * a bare port shows the limit of the machine.
 */
import type { ConcurrentFuture } from 'threadloop';
import { quantile } from '../report/statistics.js';
import type { Contender, Figures, Row, Size } from '../row.js';
import { threadloop } from '../subject.js';
import { startSpunPort } from './bare-port.js';
import { assertAnswer } from './drive.js';

const callCount = 5_000;
const warmUpCount = 10_000;
const url = new URL('./tasks.js', import.meta.url);

/** Nothing in it waits in any other way than by blocking. */
function timeBlockingCalls(call: (value: number) => number, size: Size): Figures {
  timeEach(call, size.count(warmUpCount));
  const timesUs = timeEach(call, size.count(callCount));
  return { p50: quantile(timesUs, 0.5), p99: quantile(timesUs, 0.99) };
}

function timeEach(call: (value: number) => number, count: number): number[] {
  const timesUs: number[] = [];
  for (let value = 0; value < count; value += 1) {
    const startMs = performance.now();
    const answer = call(value);
    timesUs.push((performance.now() - startMs) * 1_000);
    assertAnswer(answer, value + 1);
  }
  return timesUs;
}

const onBlockingLoop: Contender = async (size) => {
  const { BlockingEventLoop, Coordinator, remoteModule } = threadloop;
  const { increment } = remoteModule<typeof import('./tasks.js')>(url);
  const [remote] = (await Coordinator.start({ loops: 1 })).loops;
  if (remote === undefined) throw new Error('a coordinator without loops');
  const call = (value: number): ConcurrentFuture<number> =>
    remote.runCoroutineThreadsafe(increment, value);
  await call(0);
  return new BlockingEventLoop().runUntilComplete(() =>
    timeBlockingCalls((value) => call(value).result(), size),
  );
};

const throughPortal: Contender = (size) => {
  const { increment } = threadloop.remoteModule<typeof import('./tasks.js')>(url);
  const portal = threadloop.startBlockingPortal();
  return timeBlockingCalls((value) => portal.call(increment, value), size);
};

const withSynckit: Contender = async (size) => {
  const file = './peers/synckit.js';
  const { start } = (await import(file)) as { start: () => (value: number) => number };
  return timeBlockingCalls(start(), size);
};

/** See above. */
export const row: Row = {
  id: 'calls/blocking-result',
  title: '`result()`, which blocks its thread, threads warm',
  awaited: 'the answer of an empty function on one other thread, without a turn of any loop',
  inFlight: '1',
  clock: 'one call, from making it to having its answer; 5 000 of them',
  figures: {
    p50: {
      title: 'p50',
      unit: 'µs',
      better: 'lower',
      targets: [
        { text: 'at most 5 µs on a blocking loop', of: 'threadloop, blocking loop', atMost: 5 },
      ],
    },
    p99: { title: 'p99', unit: 'µs', better: 'lower' },
  },
  contenders: {
    'threadloop, blocking loop': onBlockingLoop,
    'threadloop, portal': throughPortal,
    synckit: withSynckit,
    'bare port, spun': (size) => timeBlockingCalls(startSpunPort(), size),
  },
};
