/**
 * A thousand callers on one thread: the row for servers, where many wait and none computes.
 * It shows throughput: what a call costs when others can share the way.
 */
import { pythonContenders, type Row } from '../row.js';
import { callers, fullOnly, peers } from './contenders.js';
import { measureRate } from './drive.js';

const callerCount = 1_000;
const options = { threads: 1, task: 'increment', depth: 64 } as const;

/** See above. */
export const row: Row = {
  id: 'calls/thousand-callers',
  title: 'No-op call, 1 000 callers, one thread',
  awaited: 'the answer of an empty function on one other thread, by each caller before its next',
  inFlight: '1 000',
  clock: 'all calls of 0.5 s, to the last answer',
  figures: {
    rate: {
      title: 'calls',
      unit: '/s',
      better: 'higher',
      targets: [
        { text: 'at least 15 × the best peer', atLeast: 15, timesBestOf: peers },
        { text: 'at least 4 × Worker + Map', atLeast: 4, timesBestOf: ['Worker + Map'] },
      ],
    },
  },
  contenders: {
    ...callers(['threadloop', 'Worker + Map', ...peers], options, async (call, size) => ({
      rate: await measureRate(call, size, callerCount),
    })),
    ...pythonContenders('calls/asyncio_rows.py', 'thousand_callers'),
  },
  fullOnly,
};
