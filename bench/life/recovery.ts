/**
 * A thread dies in a call, by `process.exit`. Its caller has to be told, and the next call has to
 * be answered by another thread. Not every library gets so far, which is then what the table says.
 */
import { setTimeout as sleepOnHost } from 'node:timers/promises';
import { type Call, callers, fullOnly, pools } from '../calls/contenders.js';
import { assertAnswer } from '../calls/drive.js';
import { median } from '../report/statistics.js';
import type { Figures, Row, Size } from '../row.js';

const deathCount = 3;

/** Whoever has heard nothing for so long is given up: a thread starts in a tenth of it. */
const patienceMs = 1_000;

const options = { threads: 1, task: 'incrementOrExit', depth: 1 } as const;

async function within<T>(promise: PromiseLike<T>, complaint: string): Promise<T> {
  const late = sleepOnHost(patienceMs).then(() => {
    throw new Error(complaint);
  });
  return Promise.race([promise, late]);
}

/** The first answer of the thread that follows; a call before it is there may be refused. */
async function nextAnswer(call: Call): Promise<void> {
  for (;;) {
    try {
      assertAnswer(await call(1), 2);
      return;
    } catch {
      await sleepOnHost(1);
    }
  }
}

async function measure(call: Call, { isQuick }: Size): Promise<Figures> {
  const toldMs: number[] = [];
  const answeredMs: number[] = [];
  for (let death = 0; death < (isQuick ? 1 : deathCount); death += 1) {
    await call(1);
    const startMs = performance.now();
    const outcome = Promise.resolve(call(-1)).then(
      () => 'answered',
      () => 'failed',
    );
    await within(outcome, 'the caller is not told of the death within 1 s');
    toldMs.push(performance.now() - startMs);
    await within(nextAnswer(call), 'no call is answered within 1 s of the death');
    answeredMs.push(performance.now() - startMs);
  }
  return { told: median(toldMs), answered: median(answeredMs) };
}

/** See above. */
export const row: Row = {
  id: 'life/recovery',
  title: 'Recovery when the thread dies in a call',
  awaited: 'the failure of the call that died, then the answer of the next',
  inFlight: '1',
  clock: 'from making the call that dies; with the start of the next thread',
  figures: {
    told: { title: 'caller told', unit: 'ms', better: 'lower' },
    answered: { title: 'next answer', unit: 'ms', better: 'lower' },
  },
  contenders: callers(['threadloop', ...pools], options, measure),
  // It does not recover, which takes as long as patience lasts.
  fullOnly: [...fullOnly, 'tinypool, tuned'],
};
