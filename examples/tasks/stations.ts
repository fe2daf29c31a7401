// The stations of a pipeline. Each reads what the one before it gives, one item at a time; none
// knows in which thread another one stands.

import type { Coroutine } from 'threadloop';
import { sleep } from 'threadloop';

let madeCount = 0;
let isOn = true;

/** Readings of a sensor, without end. */
export function* readings(): Generator<number> {
  try {
    for (;;) {
      madeCount += 1;
      yield (madeCount * 7) % 100;
    }
  } finally {
    isOn = false;
  }
}

/** How far the sensor is, for whoever wonders whether it is ahead of its readers. */
export function* countMade(): Coroutine<number> {
  yield* sleep(20);
  return madeCount;
}

export function isSwitchedOn(): boolean {
  return isOn;
}

export async function* alarms(values: AsyncIterable<number>, limit: number) {
  for await (const value of values) if (value > limit) yield { value };
}

export async function* texts(found: AsyncIterable<{ readonly value: number }>) {
  let number = 0;
  for await (const { value } of found) {
    number += 1;
    yield `alarm ${number}: ${value} degrees`;
  }
}
