/**
 * A million small items from another thread, one by one, to a reader who may be slower: neither
 * side may gather them all. A hand-written stream with a window of credit is beside it.
 */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Figures, Row, Size } from '../row.js';
import { threadloop } from '../subject.js';
import { warmUp } from '../warm-up.js';
import { assertAnswer } from './drive.js';

const itemCount = 1_000_000;
const warmUpCount = 20_000;

/** Items that the hand-written one may be ahead of its reader: as many as threadloop allows. */
const windowCount = 1_024;

/** The producer, on the other thread. */
export function* countTo(end: number): Generator<number, void> {
  for (let item = 0; item < end; item += 1) yield item;
}

async function readAll(
  size: Size,
  open: (count: number) => AsyncIterable<number>,
): Promise<Figures> {
  const pass = async (count: number): Promise<void> => {
    let sum = 0;
    for await (const item of open(count)) sum += item;
    assertAnswer(sum, (count * (count - 1)) / 2);
  };
  await warmUp(size, () => pass(warmUpCount));
  const count = size.count(itemCount);
  const startMs = performance.now();
  await pass(count);
  return { rate: count / ((performance.now() - startMs) / 1_000) };
}

async function viaThreadloop(size: Size): Promise<Figures> {
  const { Coordinator, remoteModule } = threadloop;
  const remote = remoteModule<typeof import('./stream.js')>(new URL(import.meta.url));
  const [loop] = (await Coordinator.start({ loops: 1 })).loops;
  if (loop === undefined) throw new Error('a coordinator without loops');
  return readAll(size, (count) => loop.iterate(remote.countTo, count));
}

async function viaPort(size: Size): Promise<Figures> {
  const worker = new Worker(new URL(import.meta.url), { workerData: 'stream' });
  async function* read(count: number): AsyncGenerator<number> {
    const items: number[] = [];
    let wake: () => void = () => {};
    const listen = (item: number): void => {
      items.push(item);
      wake();
    };
    worker.on('message', listen);
    worker.postMessage({ begin: count });
    for (let read = 0; read < count;) {
      if (items.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const taken = items.splice(0);
      yield* taken;
      read += taken.length;
      worker.postMessage({ credit: taken.length });
    }
    worker.off('message', listen);
  }
  await once(worker, 'online');
  return readAll(size, read);
}

if (workerData === 'stream') {
  let source: Iterator<number, void> = countTo(0);
  let credit = 0;
  parentPort?.on('message', (message: { begin: number } | { credit: number }) => {
    if ('begin' in message) {
      source = countTo(message.begin);
      credit = windowCount;
    } else {
      credit += message.credit;
    }
    for (; credit > 0; credit -= 1) {
      const next = source.next();
      if (next.done === true) return;
      parentPort?.postMessage(next.value);
    }
  });
}

/** See above. */
export const row: Row = {
  id: 'calls/stream',
  title: 'Stream of 1 000 000 small items, with back pressure',
  awaited: 'each item, by `for await`',
  inFlight: 'at most 1 024 items',
  clock: 'from opening the stream to its end',
  figures: {
    rate: {
      title: 'items',
      unit: '/s',
      better: 'higher',
      targets: [{ text: 'at least 1 M/s', atLeast: 1e6 }],
    },
  },
  contenders: { threadloop: viaThreadloop, 'Worker, a message each': viaPort },
  fullOnly: ['Worker, a message each'],
};
