// Answers leave in the order of their inputs, and what waits is bounded.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReorderWindow, unordered } from '#src/cli/reorder-window.js';

test('answers leave in order, each once, whatever order they come in', () => {
  const steps = fc
    .nat({ max: 50 })
    .chain((count) =>
      fc.tuple(
        fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
        fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      ),
    );
  fc.assert(
    fc.property(steps, ([arrivals, isGivenUp]) => {
      const left: string[] = [];
      const order = new ReorderWindow((line) => left.push(line));
      for (const [index] of arrivals.entries()) expect(order.take()).toBe(index);
      for (const number of arrivals) {
        if (isGivenUp[number] === true) order.giveUp(number);
        else order.put(number, `${number}`);
      }
      const kept = [...arrivals].sort((a, b) => a - b).filter((it) => isGivenUp[it] !== true);
      expect(left).toEqual(kept.map(String));
    }),
  );
});

test('an answer leaves as soon as those before it have', () => {
  const left: string[] = [];
  const order = new ReorderWindow((line) => left.push(line));
  const [first, second] = [order.take(), order.take()];
  order.put(second, 'b');
  expect(left).toEqual([]);
  order.put(first, 'a');
  expect(left).toEqual(['a', 'b']);
});

test('there is room for so many numbers, until the answer at the head comes', () => {
  const order = new ReorderWindow(() => {}, { maxCount: 3, maxChars: 1000 });
  const head = order.take();
  order.put(order.take(), 'x');
  expect(order.hasRoom).toBe(true);
  order.take();
  expect(order.hasRoom).toBe(false);
  order.put(head, 'y');
  expect(order.hasRoom).toBe(true);
});

test('there is room for so many characters', () => {
  const order = new ReorderWindow(() => {}, { maxCount: 100, maxChars: 10 });
  const head = order.take();
  order.put(order.take(), 'x'.repeat(10));
  expect(order.hasRoom).toBe(false);
  order.giveUp(head);
  expect(order.hasRoom).toBe(true);
});

test('without order, answers leave as they come', () => {
  const left: string[] = [];
  const order = unordered((line) => left.push(line));
  const numbers = [order.take(), order.take(), order.take()];
  order.giveUp(numbers[0] ?? 0);
  order.put(2, 'c');
  order.put(1, 'b');
  expect(left).toEqual(['c', 'b']);
  expect(order.hasRoom).toBe(true);
});
