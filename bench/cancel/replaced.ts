/**
 * Code that ignores its cancel loses its thread after the grace that it was given: how soon the
 * loop answers again, on the thread that replaces it.
 */
import type { RemoteLoop } from 'threadloop';
import { median } from '../report/statistics.js';
import type { Row } from '../row.js';
import { startWithTasks, type Tasks } from './start.js';

const replaceCount = 3;
const graceMs = 20;

async function replaceOnce(loop: RemoteLoop, tasks: Tasks): Promise<number> {
  const stuck = loop.with({ timeoutMs: 20, graceMs }).runCoroutineThreadsafe(tasks.spin);
  await stuck.catch(() => undefined);
  const graceEndsMs = performance.now() + graceMs;
  const answer = await loop.with({ retries: 3 }).runCoroutineThreadsafe(tasks.echo, 1);
  if (answer !== 1) throw new Error(`wrong answer: ${answer}`);
  return performance.now() - graceEndsMs;
}

/** See above. */
export const row: Row = {
  id: 'cancel/replaced',
  title: 'Answer after a stuck thread was replaced',
  awaited: 'a call on the loop whose thread is stuck in code that never asks',
  inFlight: '1',
  clock: 'from the end of the 20 ms of grace to the first answer of the next thread',
  figures: { time: { title: 'answer after', unit: 'ms', better: 'lower' } },
  contenders: {
    threadloop: async () => {
      const { loop, tasks } = await startWithTasks(1);
      const timesMs: number[] = [];
      for (let time = 0; time < replaceCount; time += 1) {
        timesMs.push(await replaceOnce(loop, tasks));
      }
      return { time: median(timesMs) };
    },
  },
};
