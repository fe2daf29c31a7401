/**
 * What eight idle threads take of the processors: nothing should poll, nothing should tick.
 * Each has answered a call before, and had a second to come to rest. Within the next twenty, V8
 * collects what a start has left, once or twice in each thread that has loaded much; so it is
 * measured twice, in the first ten seconds, and in ten seconds after these twenty.
 */
import { setTimeout as sleepOnHost } from 'node:timers/promises';
import { type Name, startCaller } from '../calls/contenders.js';
import type { Contender, Row } from '../row.js';

const threadCount = 8;
const settleMs = 1_000;
const idleMs = 10_000;

function idle(name: Name): Contender {
  return async ({ isQuick }) => {
    const call = await startCaller(name, { threads: threadCount, task: 'increment', depth: 1 });
    await Promise.all(Array.from({ length: threadCount * 4 }, (_, value) => call(value)));
    await sleepOnHost(isQuick ? settleMs / 2 : settleMs);
    const timeIdleness = async (): Promise<number> => {
      const before = process.cpuUsage();
      await sleepOnHost(isQuick ? idleMs / 10 : idleMs);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    const first = await timeIdleness();
    if (isQuick) return { first };
    await timeIdleness();
    return { first, later: await timeIdleness() };
  };
}

/** See above. */
export const row: Row = {
  id: 'life/idle-processor',
  title: 'Processor time of 8 idle threads in 10 s',
  awaited: 'nothing',
  inFlight: '0',
  clock: 'processor time of the whole process, user and system, in 10 s (quick: in 1 s)',
  figures: {
    first: { title: 'in the first 10 s', unit: 'ms', better: 'lower' },
    later: {
      title: 'in 10 s, 20 s later',
      unit: 'ms',
      better: 'lower',
      targets: [{ text: 'below 10 ms', atMost: 10 }],
    },
  },
  contenders: { threadloop: idle('threadloop'), piscina: idle('piscina') },
  fullOnly: ['piscina'],
  maxRoundCount: 1,
};
