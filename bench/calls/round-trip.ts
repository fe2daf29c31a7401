/**
 * One caller who waits for each answer before the next call, with both threads warm.
 * It shows latency: what a single call costs, and how evenly. A bare port shows the limit of the
 * machine.
 */
import { pythonContenders, type Row } from '../row.js';
import { startPolledPort } from './bare-port.js';
import { callers, fullOnly, peers } from './contenders.js';
import { timeRoundTrips } from './drive.js';

const options = { threads: 1, task: 'increment', depth: 64 } as const;

/** See above. */
export const row: Row = {
  id: 'calls/round-trip',
  title: 'Round trip, one caller, threads warm',
  awaited: 'the answer of an empty function on one other thread',
  inFlight: '1',
  clock: 'one call, from making it to having its answer; 6 000 of them',
  figures: {
    p50: {
      title: 'p50',
      unit: 'µs',
      better: 'lower',
      targets: [{ text: 'at most 10 µs', atMost: 10 }],
    },
    p99: {
      title: 'p99',
      unit: 'µs',
      better: 'lower',
      targets: [{ text: 'at most 60 µs', atMost: 60 }],
    },
  },
  contenders: {
    ...callers(['threadloop', 'Worker + Map', ...peers], options, async (call, size) => ({
      ...(await timeRoundTrips(call, size, 6_000)),
    })),
    ...pythonContenders('calls/asyncio_rows.py', 'round_trip'),
    'bare port, polled': async (size) => ({
      ...(await timeRoundTrips(startPolledPort(), size, 6_000)),
    }),
  },
  fullOnly,
};
