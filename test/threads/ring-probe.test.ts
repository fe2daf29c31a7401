// Threads that block for each other in a ring: one of them is told, and the others go on.

import { DeadlockError, remoteModule, TimeoutError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { thrownBy } from '../thrown-by.js';
import { newFlag } from './fixtures/flag.js';
import { shareLoops } from './loops.js';

const blocking = remoteModule<typeof import('./fixtures/blocking.js')>(
  new URL('./fixtures/blocking.ts', import.meta.url),
);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const threads = shareLoops({ loops: 4, name: 'r' });
const loopOf = (number: number) => threads.coordinator.loop(`r-${number}`);

/** Each of the loops blocks for another one, at the same time: `[1, 2]` means 1 for 2. */
async function blockEachOther(pairs: readonly (readonly [number, number])[]) {
  const flags = pairs.map(() => newFlag());
  const calls = pairs.map(([from, to], index) =>
    loopOf(from).runCoroutineThreadsafe(
      blocking.callBlockingTogether,
      flags[index] as Int32Array,
      flags,
      `r-${to}`,
      functions.echo,
      `answer of ${to}`,
    ),
  );
  const outcomes = await Promise.allSettled(calls);
  const errors = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as Error] : [],
  );
  const answers = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return { errors, answers };
}

describe('threads that block for each other', () => {
  test('do not hang: one gets an error that names the other, which gets its answer', async () => {
    const { errors, answers } = await blockEachOther([
      [1, 2],
      [2, 1],
    ]);
    expect(errors).toEqual([expect.any(DeadlockError)]);
    expect(String(errors[0])).toMatch(
      /a call on loop 'r-[12]' would block for ever: loop 'r-[12]' blocks for an answer of this/u,
    );
    expect(answers).toEqual([expect.stringMatching(/^answer of/u)]);
  });

  test('in a larger ring are told of all of it', async () => {
    const { errors, answers } = await blockEachOther([
      [1, 2],
      [2, 3],
      [3, 1],
    ]);
    expect(errors).toEqual([expect.any(DeadlockError)]);
    expect(String(errors[0])).toMatch(
      /loop 'r-\d' blocks for loop 'r-\d', and that for an answer of this thread/u,
    );
    expect(answers).toHaveLength(2);
  });

  test('let those go on who wait for the ring, and are not in it', async () => {
    const { errors, answers } = await blockEachOther([
      [4, 1],
      [1, 2],
      [2, 3],
      [3, 2],
    ]);
    expect(errors).toEqual([expect.any(DeadlockError)]);
    expect(answers).toHaveLength(3);
    expect(answers).toContain('answer of 1');
  });

  test('may be this one and a worker that it has called', () => {
    const { callBlocking } = blocking;
    const call = loopOf(1).runCoroutineThreadsafe(callBlocking, 'main', functions.nothing);
    const error = thrownBy(() => call.result());
    expect(error).toBeInstanceOf(DeadlockError);
    expect(String(error)).toContain("a call on loop 'main' would block for ever: loop 'main'");
  });

  test('are told of the end of their time where they have one', async () => {
    const { callBlocking } = blocking;
    const call = loopOf(1).runCoroutineThreadsafe(callBlocking, 'main', functions.nothing);
    expect(() => call.result(200)).toThrow(TimeoutError);
    // This thread turns again, and answers.
    await call;
  });
});

test('threads that block in a row, for long, are left alone', async () => {
  const names = ['r-2', 'r-3', 'r-4'];
  const calls = Array.from({ length: 4 }, () =>
    loopOf(1).runCoroutineThreadsafe(blocking.chainBlocking, names),
  );
  calls.push(loopOf(3).runCoroutineThreadsafe(blocking.chainBlocking, ['r-4']));
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['end of the chain']));
});
