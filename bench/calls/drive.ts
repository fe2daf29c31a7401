/**
 * How calls are driven and timed, the same for every contender: one caller who waits for each
 * answer, many callers who do, or all calls at once. Every answer is checked, and a warm-up goes
 * before. On the calling thread, whichever that is.
 */
import { setTimeout as sleepOnHost } from 'node:timers/promises';
import { quantile } from '../report/statistics.js';
import type { Size } from '../row.js';
import { warmUp } from '../warm-up.js';
import type { Call } from './contenders.js';

/** What one caller sees. */
export interface RoundTrips {
  readonly p50: number;
  readonly p99: number;
}

/** Calls of a warm-up between two looks at the clock. */
const callsPerPass = 200;

/** Microseconds from making a call to having its answer, for one caller. */
export async function timeRoundTrips(call: Call, size: Size, count: number): Promise<RoundTrips> {
  await warmUp(patient(size), () => timeEach(call, callsPerPass, 0));
  return summarise(await timeEach(call, size.count(count), 0));
}

/** As `timeRoundTrips`, but nothing happens for so many milliseconds before each call. */
export async function timeAfterSilence(
  call: Call,
  size: Size,
  { count, silenceMs }: { readonly count: number; readonly silenceMs: number },
): Promise<RoundTrips> {
  await warmUp(patient(size), () => timeEach(call, callsPerPass, 0));
  return summarise(await timeEach(call, size.count(count), silenceMs));
}

/**
 * One caller makes few calls in a warm-up of the usual length: too few for the compiler. A quick
 * run has no time for more.
 */
function patient(size: Size): Size {
  return size.isQuick ? size : { ...size, warmUpMs: size.warmUpMs * 4 };
}

async function timeEach(call: Call, count: number, silenceMs: number): Promise<number[]> {
  const timesUs: number[] = [];
  for (let value = 0; value < count; value += 1) {
    if (silenceMs > 0) await sleepOnHost(silenceMs);
    const startMs = performance.now();
    const answer = await call(value);
    timesUs.push((performance.now() - startMs) * 1_000);
    assertAnswer(answer, value + 1);
  }
  return timesUs;
}

function summarise(timesUs: readonly number[]): RoundTrips {
  return { p50: quantile(timesUs, 0.5), p99: quantile(timesUs, 0.99) };
}

/** Calls a second by so many callers, each of whom waits for its answers. */
export async function measureRate(call: Call, size: Size, callers: number): Promise<number> {
  await callFor(call, callers, size.warmUpMs);
  return callFor(call, callers, size.windowMs);
}

/** The clock is read at every so many calls only: reading it costs, too. */
const callsPerLook = 64;

async function callFor(call: Call, callers: number, windowMs: number): Promise<number> {
  let madeCount = 0;
  let isOver = false;
  const startMs = performance.now();
  const caller = async (): Promise<void> => {
    while (!isOver) {
      const value = (madeCount += 1);
      const answer = await call(value);
      assertAnswer(answer, value + 1);
      if (value % callsPerLook === 0) isOver = performance.now() - startMs >= windowMs;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return madeCount / ((performance.now() - startMs) / 1_000);
}

/** Calls a second when all are made before the first answer is looked at. */
export async function measureAllAtOnce(call: Call, size: Size, count: number): Promise<number> {
  await warmUp(size, () => callAllAtOnce(call, callsPerPass * 10));
  return callAllAtOnce(call, size.count(count));
}

async function callAllAtOnce(call: Call, count: number): Promise<number> {
  const answers = new Array<PromiseLike<number>>(count);
  const startMs = performance.now();
  for (let value = 0; value < count; value += 1) answers[value] = call(value);
  let sum = 0;
  for (const answer of answers) sum += await answer;
  const durationMs = performance.now() - startMs;
  assertAnswer(sum, (count * (count + 1)) / 2);
  return count / (durationMs / 1_000);
}

/** @throws Error when a contender has calculated something else */
export function assertAnswer(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`wrong answer: ${actual} instead of ${expected}`);
}
