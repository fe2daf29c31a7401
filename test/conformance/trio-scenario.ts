/**
 * Scenarios of Trio's, written once and played by both kinds of task, each in a run of its own on a
 * clock that jumps. What their steps wait for is handed out with `yield* on(…)`.
 */
import * as trio from 'threadloop/trio';
import { describe, test } from 'vitest';
import { type Kind, kinds, on, type Script } from '../sync/both-kinds.js';
import { rowOf } from './scenario.js';

export { thrownBy } from './task-scenario.js';
export { on, type Script };

/** What the steps of a scenario work with. */
export interface TrioStage {
  readonly clock: trio.MockClock;
  /** Makes a function for `startSoon`, or the body of a block, of a script. */
  readonly play: <T>(script: () => Script<T>) => () => trio.Coroutine<T>;
  /** The same for a function that gets arguments. */
  readonly playWith: <A extends unknown[], T>(
    script: (...args: A) => Script<T>,
  ) => (...args: A) => trio.Coroutine<T>;
}

/** Declares a scenario: one test for each kind of task. */
export function trioScenario(
  id: string,
  title: string,
  steps: (stage: TrioStage) => Script<unknown>,
): void {
  const row = rowOf(id, title);
  describe(`${id} ${title}`, () => {
    test.for(kinds)('$title', async (kind) => {
      const stage = makeStage(kind);
      await trio.run(
        stage.play(() => steps(stage)),
        { clock: stage.clock },
      );
      row.ran.push(kind.title.replace('in ', ''));
    });
  });
}

function makeStage(kind: Kind): TrioStage {
  // The types say coroutine for both: what waits for them takes promises as well.
  const play: TrioStage['play'] = (script) => kind.play(script) as () => trio.Coroutine<never>;
  return {
    clock: new trio.MockClock({ autojumpThresholdMs: 0 }),
    play,
    playWith:
      (script) =>
      (...args) =>
        play(() => script(...args))(),
  };
}

/** The errors of the group that the steps throw. */
export function errorsOf(thrown: unknown): unknown[] {
  if (!(thrown instanceof trio.ExceptionGroup)) throw new Error(`no group: ${String(thrown)}`);
  return thrown.errors;
}
