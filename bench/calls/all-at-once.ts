/**
 * All calls are made before the first answer is looked at, as `Promise.all` over a list does.
 * It shows what a queue costs when it is long.
 */
import { pythonContenders, type Row } from '../row.js';
import { callers, fullOnly, peers } from './contenders.js';
import { measureAllAtOnce } from './drive.js';

const callCount = 50_000;
const options = { threads: 1, task: 'increment', depth: 64 } as const;

/** The queue of threads.js grows with the square of its length: it would need minutes. */
const names = peers.filter((name) => name !== 'threads');

/** See above. */
export const row: Row = {
  id: 'calls/all-at-once',
  title: '50 000 calls at once, one thread',
  awaited: 'every answer, in the order of the calls',
  inFlight: '50 000',
  clock: 'from the first call to the last answer',
  figures: { rate: { title: 'calls', unit: '/s', better: 'higher' } },
  contenders: {
    ...callers(['threadloop', 'Worker + Map', ...names], options, async (call, size) => ({
      rate: await measureAllAtOnce(call, size, callCount),
    })),
    ...pythonContenders('calls/asyncio_rows.py', 'all_at_once'),
  },
  fullOnly: [...fullOnly, 'comlink', 'piscina'],
};
