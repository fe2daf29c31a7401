/**
 * A thousand callers, calls shared out among two threads: what a pool adds to a call.
 * On two cores the calling thread is in the way of both, so more threads need not mean more calls.
 */
import type { Row } from '../row.js';
import { callers, fullOnly, pools } from './contenders.js';
import { measureRate } from './drive.js';

const callerCount = 1_000;
const options = { threads: 2, task: 'increment', depth: 64 } as const;

/** See above. */
export const row: Row = {
  id: 'calls/two-threads',
  title: 'No-op call, 1 000 callers, two threads',
  awaited: 'the answer of an empty function on either of two threads',
  inFlight: '1 000',
  clock: 'all calls of 0.5 s, to the last answer',
  figures: { rate: { title: 'calls', unit: '/s', better: 'higher' } },
  contenders: callers(['threadloop', ...pools], options, async (call, size) => ({
    rate: await measureRate(call, size, callerCount),
  })),
  fullOnly,
};
