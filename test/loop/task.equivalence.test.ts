// Coroutines and async functions are two ways to write the same thing: random programs of tasks
// that sleep, fail, wait for each other, are cancelled and clean up end alike, whichever tasks are
// of which kind. fast-check prints the seed and the smallest program on which they differ.

import fc from 'fast-check';
import { type Coroutine, sleep, type Task } from 'threadloop';
import { VirtualEventLoop } from 'threadloop/testing';
import { expect, test } from 'vitest';
import { outcomeOf } from './fixtures.js';
import { kindsOfWork, type MakeWork } from './kinds-of-work.js';

type Step =
  | { readonly sleepMs: number }
  /** An earlier task, by its number. */
  | { readonly waitFor: number }
  | { readonly fail: string }
  | { readonly body: readonly Step[]; readonly onError: 'swallow' | 'rethrow' | 'replace' }
  | { readonly body: readonly Step[]; readonly cleanUpMs: number };

interface Program {
  readonly tasks: readonly (readonly Step[])[];
  readonly cancels: readonly { readonly task: number; readonly atMs: number }[];
}

const { steps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: fc.record({ sleepMs: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 3, arbitrary: fc.record({ waitFor: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ fail: fc.constantFrom('odd', 'even') }) },
    {
      weight: 2,
      arbitrary: fc.record({
        body: tie('steps'),
        onError: fc.constantFrom('swallow', 'rethrow', 'replace'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ body: tie('steps'), cleanUpMs: fc.integer({ min: 1, max: 3 }) }),
    },
  ),
  steps: fc.array(tie('step'), { maxLength: 4 }),
}));

const program: fc.Arbitrary<Program> = fc.record({
  tasks: fc.array(steps, { minLength: 1, maxLength: 5 }),
  cancels: fc.array(fc.record({ task: fc.nat(4), atMs: fc.nat(12) }), { maxLength: 5 }),
});

/** How each task ended, and when. */
async function endings({ tasks, cancels }: Program, kinds: readonly number[]): Promise<unknown[]> {
  const loop = new VirtualEventLoop();
  const running: Task<string>[] = [];
  const times: number[] = [];
  const perform = function* (todo: readonly Step[], number: number): Coroutine<void> {
    for (const step of todo) {
      if ('sleepMs' in step) yield* sleep(step.sleepMs);
      else if ('fail' in step) throw new RangeError(step.fail);
      else if ('waitFor' in step) {
        if (number > 0) yield* running[step.waitFor % number] as Task<string>;
      } else if ('cleanUpMs' in step) {
        try {
          yield* perform(step.body, number);
        } finally {
          yield* sleep(step.cleanUpMs);
        }
      } else {
        try {
          yield* perform(step.body, number);
        } catch (error) {
          if (step.onError === 'rethrow') throw error;
          if (step.onError === 'replace') throw new TypeError('replaced', { cause: error });
        }
      }
    }
  };
  tasks.forEach((todo, number) => {
    const make = (kindsOfWork[kinds[number] ?? 0] as readonly [string, MakeWork])[1];
    const work = make(function* (): Coroutine<string> {
      yield* perform(todo, number);
      return `value ${number}`;
    });
    const task = loop.createTask(work);
    task.addDoneCallback(() => (times[number] = loop.time()));
    running.push(task);
  });
  cancels.forEach(({ task, atMs }, index) => {
    // A fraction of its own for each, so that no cancel meets the end of a sleep: what comes
    // first at one instant may depend on the kind.
    const whenMs = atMs + (index + 1) / 16;
    loop.callAt(whenMs, () => running[task % running.length]?.cancel(`cancel ${index}`));
  });
  await loop.runUntilComplete(() => sleep(1_000));
  const ends: unknown[] = [];
  for (const task of running) {
    expect(task.done()).toBe(true);
    const outcome = await outcomeOf(task);
    ends.push(outcome instanceof Error ? String(outcome) : outcome, task.cancelling());
  }
  loop.assertNoLeaks();
  loop.close();
  return [...ends, ...times];
}

test('tasks end alike, whichever of them are coroutines or async functions', async () => {
  const kinds = fc.array(fc.nat(1), { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(program, kinds, async (tasks, mixture) => {
      const asCoroutines = await endings(tasks, [0, 0, 0, 0, 0]);
      expect(await endings(tasks, [1, 1, 1, 1, 1])).toEqual(asCoroutines);
      expect(await endings(tasks, mixture)).toEqual(asCoroutines);
    }),
    { numRuns: 150 },
  );
});
