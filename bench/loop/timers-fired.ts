/**
 * 200 000 timers spread over 200 ms, all of which fire: ideal are 200 ms, the rest is what
 * keeping them in order costs.
 */
import { pythonContenders, type Row } from '../row.js';
import { warmUp } from '../warm-up.js';
import { fullOnly, type Loop, onBothLoops, timePass } from './both-loops.js';

const timerCount = 200_000;
const spreadMs = 200;

async function onLoop(count: number, makeLoop: () => Loop): Promise<number> {
  const loop = makeLoop();
  let firedCount = 0;
  const fire = (): void => {
    firedCount += 1;
    if (firedCount === count) loop.stop();
  };
  loop.callSoon(() => {
    for (let index = 0; index < count; index += 1) loop.callLater(index % spreadMs, fire);
  });
  await loop.runForever();
  return firedCount;
}

function onNode(count: number): Promise<number> {
  return new Promise((resolve) => {
    let firedCount = 0;
    const fire = (): void => {
      firedCount += 1;
      if (firedCount === count) resolve(firedCount);
    };
    for (let index = 0; index < count; index += 1) setTimeout(fire, index % spreadMs);
  });
}

/** See above. */
export const row: Row = {
  id: 'loop/timers-fired',
  title: '200 000 timers over 200 ms',
  awaited: 'the last timer',
  inFlight: '200 000',
  clock: 'from making the first to the end of the last',
  figures: {
    time: {
      title: 'all fired after',
      unit: 'ms',
      better: 'lower',
      targets: [
        {
          text: "at most 1.3 × Node's own",
          of: 'threadloop, host loop',
          atMost: 1.3,
          timesBestOf: ['setTimeout'],
        },
      ],
    },
  },
  contenders: {
    ...onBothLoops(async (size, makeLoop) => {
      const count = size.count(timerCount);
      await warmUp(size, () => onLoop(count / 10, makeLoop));
      return { time: await timePass(count, (timers) => onLoop(timers, makeLoop)) };
    }),
    ...pythonContenders('loop/asyncio_rows.py', 'timers_fired'),
    setTimeout: async (size) => {
      const count = size.count(timerCount);
      await warmUp(size, () => onNode(count / 10));
      return { time: await timePass(count, onNode) };
    },
  },
  fullOnly,
};
