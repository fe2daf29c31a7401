/**
 * A million callbacks are scheduled before the first one runs: how the ready queue bears length.
 * Making room for them is inside the clock.
 */
import { pythonContenders, type Row } from '../row.js';
import { fullOnly, type Loop, measurePasses, passesOnBothLoops, rateFigure } from './both-loops.js';

const callbackCount = 1_000_000;

async function onLoop(count: number, makeLoop: () => Loop): Promise<number> {
  const loop = makeLoop();
  let doneCount = 0;
  const step = (): void => {
    doneCount += 1;
  };
  for (let index = 0; index < count; index += 1) loop.callSoon(step);
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  return doneCount;
}

function onNode(count: number): Promise<number> {
  return new Promise((resolve) => {
    let doneCount = 0;
    const step = (): void => {
      doneCount += 1;
      if (doneCount === count) resolve(doneCount);
    };
    for (let index = 0; index < count; index += 1) setImmediate(step);
  });
}

/** See above. */
export const row: Row = {
  id: 'loop/call-soon-at-once',
  title: '1 000 000 `callSoon` at once',
  awaited: 'the last callback',
  inFlight: '1 000 000',
  clock: 'from scheduling the first to the end of the last',
  figures: { rate: { title: 'callbacks', ...rateFigure } },
  contenders: {
    ...passesOnBothLoops(callbackCount, onLoop),
    ...pythonContenders('loop/asyncio_rows.py', 'call_soon_at_once'),
    setImmediate: (size) => measurePasses(size, callbackCount, onNode),
  },
  fullOnly,
};
