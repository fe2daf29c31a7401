// One call on a loop among others: what it gives, when it begins and ends, what the board shows.

import { setTimeout as pause } from 'node:timers/promises';
import { gather, run, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Attempt } from '#src/cli/attempt.js';
import type { Outcome } from '#src/cli/outcome.js';
import type { TargetFunction } from '#src/cli/pick-function.js';
import { TicketBoard, ticketStates } from '#src/cli/ticket-board.js';

function block(ms: number): number {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
  return ms;
}

async function attemptAll(fn: TargetFunction, inputs: readonly unknown[]): Promise<Outcome[]> {
  const board = TicketBoard.withCapacity(inputs.length);
  const outcomes = await run(async () => {
    const attempts = inputs.map((input, ticket) => {
      board.queue(ticket);
      return new Attempt(board, ticket).run(fn, input);
    });
    return gather(attempts);
  });
  for (const ticket of inputs.keys()) expect(board.state(ticket)).toBe(ticketStates.done);
  return outcomes as Outcome[];
}

describe('an attempt', () => {
  test('of a synchronous function does not count the time of its neighbours', async () => {
    const startedAtMs = performance.now();
    const outcomes = await attemptAll((ms) => block(ms as number), [30, 31, 32, 33]);
    const wholeMs = performance.now() - startedAtMs;
    for (const { json, ms } of outcomes) expect(ms).toBeGreaterThanOrEqual(Number(json));
    expect(outcomes.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(wholeMs);
  });

  test('of an async function ends when that ends, though the loop is busy then', async () => {
    const later = async (ms: unknown): Promise<unknown> => {
      await pause(5);
      return block(ms as number);
    };
    for (const { json, ms } of await attemptAll(later, [40, 41, 42])) {
      expect(ms).toBeGreaterThanOrEqual(Number(json));
    }
  });

  test.for([
    [
      'a coroutine',
      function* (n: unknown) {
        yield* sleep(1);
        return n;
      },
    ],
    [
      'a function that returns a coroutine',
      (n: unknown) =>
        (function* () {
          yield* sleep(1);
          return n;
        })(),
    ],
    ['a function that returns a promise', (n: unknown) => Promise.resolve(n)],
    ['a function that returns a future', (n: unknown) => sleep(1, n)],
  ] as const)('gives the value of %s', async ([, fn]) => {
    const outcomes = await attemptAll(fn, ['a', 'b']);
    expect(outcomes.map(({ json }) => json)).toEqual(['"a"', '"b"']);
  });

  test('gives a thrown error and a rejection as outcomes', async () => {
    const thrown = await attemptAll(() => {
      throw new RangeError('thrown');
    }, [1]);
    const rejected = await attemptAll(() => Promise.reject(new RangeError('rejected')), [1]);
    for (const { isError, json } of [...thrown, ...rejected]) {
      expect(isError).toBe(true);
      expect(json).toMatch(/^\{"name":"RangeError","message":"(thrown|rejected)"/);
    }
  });

  test('does not call the function of a ticket that was revoked', async () => {
    const board = TicketBoard.withCapacity(1);
    board.queue(0);
    board.tryRevoke(0);
    let calls = 0;
    const ended = await run(new Attempt(board, 0).run(() => (calls += 1), 1));
    expect([ended, calls]).toEqual(['revoked', 0]);
  });
});
