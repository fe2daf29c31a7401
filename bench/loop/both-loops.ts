/**
 * How the rows of one thread are measured: the same work on threadloop's two kinds of loop, each
 * pass on a fresh one, and on whatever else runs in Node. A pass that warms up goes before.
 */
import type { BlockingEventLoop, HostEventLoop } from 'threadloop';
import type { Contender, Figures, Size } from '../row.js';
import { threadloop } from '../subject.js';
import { warmUp } from '../warm-up.js';

/** Either kind. What runs on it is a promise on a host loop, and done on a blocking one. */
export type Loop = HostEventLoop | BlockingEventLoop;

/** Who a quick run leaves out, to end within a minute: uvloop is faster than asyncio's own loop. */
export const fullOnly: readonly string[] = ['asyncio', 'effect'];

/** Does so much work, on a loop where one is given; its answer is checked against `count`. */
export type Pass = (count: number, makeLoop: () => Loop) => unknown;

/** threadloop's two loops as contenders. */
export function onBothLoops(
  measure: (size: Size, makeLoop: () => Loop) => Promise<Figures>,
): Record<string, Contender> {
  const { BlockingEventLoop, HostEventLoop } = threadloop;
  return {
    'threadloop, host loop': (size) => measure(size, () => new HostEventLoop()),
    'threadloop, blocking loop': (size) => measure(size, () => new BlockingEventLoop()),
  };
}

/** The same for the rate of so many things, done by `pass`. */
export function passesOnBothLoops(fullCount: number, pass: Pass): Record<string, Contender> {
  return onBothLoops((size, makeLoop) =>
    measurePasses(size, fullCount, (count) => pass(count, makeLoop)),
  );
}

/** How many a second; `pass` gives how many it has done. */
export async function measurePasses(
  size: Size,
  fullCount: number,
  pass: (count: number) => unknown,
): Promise<Figures> {
  const count = size.count(fullCount);
  await warmUp(size, () => timePass(count, pass));
  return { rate: count / ((await timePass(count, pass)) / 1_000) };
}

/** Milliseconds that a pass takes. */
export async function timePass(count: number, pass: (count: number) => unknown): Promise<number> {
  const startMs = performance.now();
  const doneCount = await pass(count);
  const durationMs = performance.now() - startMs;
  if (doneCount !== count) throw new Error(`${String(doneCount)} done instead of ${count}`);
  return durationMs;
}

/** The figure of such a row. */
export const rateFigure = { unit: '/s', better: 'higher' } as const;
