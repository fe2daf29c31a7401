/**
 * Timers that are made and cancelled, as a time limit is that nobody runs into: each cancelled
 * before the next is made, or a million made before the first is cancelled.
 */
import type { TimerHandle } from 'threadloop';
import { pythonContenders, type Row, type Size } from '../row.js';
import { warmUp } from '../warm-up.js';
import { fullOnly, onBothLoops, rateFigure, timePass } from './both-loops.js';

const timerCount = 1_000_000;
const delayMs = 60_000;

/** Makes and cancels timers of one kind. */
interface Timers<T> {
  readonly make: () => T;
  readonly cancel: (timer: T) => unknown;
}

function never(): never {
  throw new Error('a cancelled timer fired');
}

function inTurn<T>(count: number, { make, cancel }: Timers<T>): number {
  for (let index = 0; index < count; index += 1) cancel(make());
  return count;
}

function allThenAll<T>(count: number, { make, cancel }: Timers<T>): number {
  const timers = Array.from({ length: count }, make);
  for (const timer of timers) cancel(timer);
  return timers.length;
}

async function measure<T>(
  size: Size,
  run: (work: () => number) => unknown,
  timers: Timers<T>,
): Promise<Record<string, number>> {
  const count = size.count(timerCount);
  const rates: Record<string, number> = {};
  for (const [figure, work] of Object.entries({ inTurn, allThenAll })) {
    await warmUp(size, () => run(() => work(count / 4, timers)));
    const durationMs = await timePass(count, () => run(() => work(count, timers)));
    rates[figure] = count / (durationMs / 1_000);
  }
  return rates;
}

const targets = [
  {
    text: 'at least 2 × setTimeout + clearTimeout',
    of: 'threadloop, host loop',
    atLeast: 2,
    timesBestOf: ['setTimeout'],
  },
];

/** See above. */
export const row: Row = {
  id: 'loop/timer-cancel',
  title: '1 000 000 × `callLater` + `cancel`',
  awaited: 'nothing; no timer may fire',
  inFlight: '1, or 1 000 000',
  clock: 'making and cancelling, inside the running loop',
  figures: {
    inTurn: { title: 'each in turn', ...rateFigure, targets },
    allThenAll: { title: 'all made, then all cancelled', ...rateFigure, targets },
  },
  contenders: {
    ...onBothLoops((size, makeLoop) => {
      const loop = makeLoop();
      const timers: Timers<TimerHandle> = {
        make: () => loop.callLater(delayMs, never),
        cancel: (timer) => timer.cancel(),
      };
      return measure(size, (work) => loop.runUntilComplete(work), timers);
    }),
    ...pythonContenders('loop/asyncio_rows.py', 'timer_cancel'),
    setTimeout: (size) => {
      const timers: Timers<NodeJS.Timeout> = {
        make: () => setTimeout(never, delayMs),
        cancel: clearTimeout,
      };
      return measure(size, (work) => work(), timers);
    },
  },
  fullOnly,
};
