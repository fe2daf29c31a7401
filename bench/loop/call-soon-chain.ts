/**
 * Each callback schedules the next: what one turn of a loop costs.
 * Node's own two ways of going on later stand beside it.
 */
import { pythonContenders, type Row } from '../row.js';
import { fullOnly, type Loop, measurePasses, passesOnBothLoops, rateFigure } from './both-loops.js';

const callbackCount = 2_000_000;

async function chainOnLoop(count: number, makeLoop: () => Loop): Promise<number> {
  const loop = makeLoop();
  let doneCount = 0;
  const step = (): void => {
    doneCount += 1;
    if (doneCount < count) loop.callSoon(step);
    else loop.stop();
  };
  loop.callSoon(step);
  await loop.runForever();
  return doneCount;
}

function chain(count: number, schedule: (callback: () => void) => unknown): Promise<number> {
  return new Promise((resolve) => {
    let doneCount = 0;
    const step = (): void => {
      doneCount += 1;
      if (doneCount < count) schedule(step);
      else resolve(doneCount);
    };
    schedule(step);
  });
}

/** See above. */
export const row: Row = {
  id: 'loop/call-soon-chain',
  title: '`callSoon` chain',
  awaited: 'the last of a chain of callbacks, each of which schedules the next',
  inFlight: '1',
  clock: 'from running the loop to its end',
  figures: {
    rate: {
      title: 'callbacks',
      ...rateFigure,
      targets: [
        { text: 'at least 4.5 M/s on a host loop', of: 'threadloop, host loop', atLeast: 4.5e6 },
        { text: '9 M/s on a blocking one', of: 'threadloop, blocking loop', atLeast: 9e6 },
      ],
    },
  },
  contenders: {
    ...passesOnBothLoops(callbackCount, chainOnLoop),
    ...pythonContenders('loop/asyncio_rows.py', 'call_soon_chain'),
    setImmediate: (size) =>
      measurePasses(size, callbackCount / 4, (count) => chain(count, setImmediate)),
    queueMicrotask: (size) =>
      measurePasses(size, callbackCount, (count) => chain(count, queueMicrotask)),
  },
  fullOnly,
};
