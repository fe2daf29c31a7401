/**
 * What code that can be cancelled pays for it: one `checkCancelled()` in a call that computes.
 * Ten million of them, on the loop's own thread.
 */
import type { Row } from '../row.js';
import { startWithTasks } from './start.js';

const checkCount = 10_000_000;

/** See above. */
export const row: Row = {
  id: 'cancel/check',
  title: 'One `checkCancelled()`',
  awaited: 'nothing',
  inFlight: '1',
  clock: '10 000 000 checks in a call, on its thread',
  figures: { cost: { title: 'a check', unit: 'ns', better: 'lower' } },
  contenders: {
    threadloop: async (size) => {
      const { loop, tasks } = await startWithTasks(1);
      await loop.runCoroutineThreadsafe(tasks.costOfCheckNs, size.count(checkCount));
      return {
        cost: await loop.runCoroutineThreadsafe(tasks.costOfCheckNs, size.count(checkCount)),
      };
    },
  },
};
