/**
 * A million calls at once, and what one call holds on the heap until it is answered.
 * The heap is measured in a pass of its own, so that collecting is outside the clock.
 */
import { collectGarbage } from '../life/memory.js';
import type { Figures, Row, Size } from '../row.js';
import { type Call, callers } from './contenders.js';
import { assertAnswer, measureAllAtOnce } from './drive.js';

const callCount = 1_000_000;
const options = { threads: 1, task: 'increment', depth: 64 } as const;

/** Bytes that a call holds in the caller's heap while its answer is out. */
async function measureHeap(call: Call, count: number): Promise<number> {
  const answers = new Array<PromiseLike<number>>(count);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let value = 0; value < count; value += 1) answers[value] = call(value);
  // No answer is taken before this thread turns, so all of them are still pending.
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  let sum = 0;
  for (const answer of answers) sum += await answer;
  assertAnswer(sum, (count * (count + 1)) / 2);
  return bytes;
}

async function measure(call: Call, size: Size): Promise<Figures> {
  const rate = await measureAllAtOnce(call, size, callCount);
  return { rate, heap: await measureHeap(call, size.count(callCount) / 5) };
}

/** See above. */
export const row: Row = {
  id: 'calls/million-at-once',
  title: '1 000 000 calls at once, one thread',
  awaited: 'every answer, in the order of the calls',
  inFlight: '1 000 000 (for the heap: 200 000)',
  clock: 'from the first call to the last answer; the heap after a collection, no answer taken yet',
  figures: {
    rate: {
      title: 'calls',
      unit: '/s',
      better: 'higher',
      targets: [{ text: 'at least 1.0 M/s', atLeast: 1e6 }],
    },
    heap: {
      title: 'heap per pending call',
      unit: 'bytes',
      better: 'lower',
      targets: [{ text: 'below 350 bytes', atMost: 350 }],
    },
  },
  contenders: callers(['threadloop', 'Worker + Map'], options, measure),
};
