// A weather station, for the examples of bridges: nothing in it knows of threads, nor of RxJS,
// Effect or Effection.

import { sleep } from 'threadloop';
import type { Coroutine } from 'threadloop';

const degrees = new Map([
  ['Oslo', 3],
  ['Rome', 21],
  ['Cairo', 33],
]);
const log: string[] = [];

export function* forecast(city: string): Coroutine<string> {
  yield* sleep(5); // Stands for a request.
  const value = degrees.get(city);
  if (value === undefined) throw new RangeError(`no station in ${city}`);
  return `${city}: ${value} degrees`;
}

/** Takes very long, and a moment to stop. */
export function* survey(): Coroutine<number> {
  try {
    yield* sleep(60_000);
    return degrees.size;
  } finally {
    yield* sleep(5);
    log.push('the survey has put its things away');
  }
}

/** Without end. */
export function* readings(): Generator<number> {
  try {
    for (let second = 1; ; second += 1) yield 20 + (second % 5);
  } finally {
    log.push('the thermometer is off');
  }
}

/** What was noted since this was last asked. */
export function* readLog(): Coroutine<string> {
  yield* sleep(5);
  return log.splice(0).join(', ');
}
