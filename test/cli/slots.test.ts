// So many at once, first in, first out.

import { gather, run, sleep } from 'threadloop';
import { expect, test } from 'vitest';
import { Slots } from '#src/cli/slots.js';
import type { Coroutine } from '#src/loop/coroutine.js';

test('no more than the slots allow are inside, and they enter in order', async () => {
  const slots = new Slots(2);
  const entered: number[] = [];
  let inside = 0;
  let maxInside = 0;
  function* visit(number: number): Coroutine<void> {
    yield* slots.take();
    entered.push(number);
    inside += 1;
    maxInside = Math.max(maxInside, inside);
    yield* sleep(number % 3);
    inside -= 1;
    slots.release();
  }
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  await run(async () => gather(numbers.map(visit)));
  expect(entered).toEqual(numbers);
  expect(maxInside).toBe(2);
});

test('a slot that nobody waits for is taken without waiting', () => {
  const slots = new Slots(1);
  expect(slots.take().next().done).toBe(true);
  slots.release();
  expect(slots.take().next().done).toBe(true);
});
