// Random trees of nurseries, scopes, sleeps and crashes, in both kinds of task, on a clock that
// jumps. Whatever happens in them, nothing outlives its block, and no block its deadline.

import fc from 'fast-check';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { kinds, on, type Script } from '../sync/both-kinds.js';

type Node =
  | { readonly kind: 'sleep' | 'crash' | 'shielded'; readonly ms: number }
  | { readonly kind: 'scope'; readonly ms: number; readonly inside: Node }
  | { readonly kind: 'nursery'; readonly ms: number; readonly tasks: readonly Node[] };

const ms = fc.integer({ min: 0, max: 20 });

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('sleep', 'crash', 'shielded'), ms }),
    fc.record({ kind: fc.constant('scope'), ms, inside: tie('node') }),
    fc.record({
      kind: fc.constant('nursery'),
      ms,
      tasks: fc.array(tie('node'), { maxLength: 4 }),
    }),
  ),
}));

type Play = <T>(script: () => Script<T>) => () => trio.Coroutine<T>;

/** Runs a tree, and asserts of each block what holds when it is left. */
class Player {
  readonly #play: Play;

  constructor(play: Play) {
    this.#play = play;
  }

  *walk(tree: Node): Script<void> {
    const before = trio.currentEffectiveDeadline();
    try {
      yield* this.#enter(tree);
    } finally {
      const after = trio.currentEffectiveDeadline();
      // A nursery around it may have been cancelled meanwhile, or a deadline have passed.
      if (after !== -Infinity) expect(after).toBe(before);
    }
  }

  *#enter(tree: Node): Script<void> {
    if (tree.kind === 'sleep') yield* on(trio.sleep(tree.ms));
    else if (tree.kind === 'scope') yield* this.#scope(tree.ms, tree.inside);
    else if (tree.kind === 'nursery') yield* this.#nursery(tree.ms, tree.tasks);
    else if (tree.kind === 'shielded') yield* on(trio.cancelShieldedCheckpoint());
    else {
      yield* on(trio.sleep(tree.ms));
      throw new RangeError('a crash');
    }
  }

  *#scope(delayMs: number, inside: Node): Script<void> {
    const scope = trio.moveOnAfter(delayMs);
    const deadlineMs = trio.currentTime() + delayMs;
    try {
      yield* on(scope.run(this.#play(() => this.walk(inside))));
    } finally {
      expect(trio.currentTime()).toBeLessThanOrEqual(deadlineMs);
      if (scope.cancelledCaught) expect(scope.cancelCalled).toBe(true);
    }
  }

  *#nursery(delayMs: number, tasks: readonly Node[]): Script<void> {
    let [begun, ended] = [0, 0];
    const opened: trio.Nursery[] = [];
    const play = this.#play;
    const walk = (task: Node): Script<void> => this.walk(task);
    try {
      yield* on(
        trio.openNursery((nursery) => {
          opened.push(nursery);
          for (const task of tasks) {
            nursery.startSoon(
              play(function* () {
                begun += 1;
                try {
                  yield* walk(task);
                } finally {
                  ended += 1;
                }
              }),
            );
          }
          return play(() => on(trio.sleep(delayMs)))();
        }),
      );
    } catch (error) {
      if (!trio.isCancelled(error)) expect(error).toBeInstanceOf(trio.ExceptionGroup);
      throw error;
    } finally {
      expect([begun, ended]).toEqual([tasks.length, tasks.length]);
      expect(opened[0]?.childTasks.size).toBe(0);
    }
  }
}

/** The errors at the leaves of a group. */
function leavesOf(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(leavesOf) : [error];
}

describe.for(kinds)('a random tree of blocks $title', (kind) => {
  test('leaves nothing behind, and only crashes come out of it', async () => {
    await fc.assert(
      fc.asyncProperty(node, fc.option(fc.nat(), { nil: undefined }), async (tree, seed) => {
        const player = new Player((script) => kind.play(script) as () => trio.Coroutine<never>);
        const clock = new trio.MockClock({ autojumpThresholdMs: 0 });
        const options = seed === undefined ? { clock } : { clock, seed };
        const main = kind.play(() => player.walk(tree)) as () => trio.Coroutine<void>;
        const thrown = await trio.run(main, options).catch(leavesOf);
        for (const error of thrown ?? []) expect(String(error)).toBe('RangeError: a crash');
      }),
      { numRuns: 150 },
    );
  });
});
