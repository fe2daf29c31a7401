/** Trio's cancel scopes, deadlines and checkpoints. */
import * as trio from 'threadloop/trio';
import { expect } from 'vitest';
import { keepRows } from './scenario.js';
import { errorsOf, on, type Script, thrownBy, trioScenario } from './trio-scenario.js';

keepRows('trio-scopes');

/** Whether a wait was cancelled. */
function* isCancelledAt(wait: () => Parameters<typeof on>[0]): Script<boolean> {
  try {
    yield* on(wait());
    return false;
  } catch (error) {
    if (!trio.isCancelled(error)) throw error;
    return true;
  }
}

trioScenario('T-05', 'a cancelled scope ends every wait until it is left', function* ({ play }) {
  const scope = new trio.CancelScope();
  const heard: boolean[] = [];
  yield* on(
    scope.run(
      play(function* () {
        scope.cancel();
        scope.cancel();
        heard.push(yield* isCancelledAt(() => trio.sleepForever()));
        heard.push(yield* isCancelledAt(() => trio.checkpoint()));
        yield* on(trio.sleepForever());
      }),
    ),
  );
  expect(heard).toEqual([true, true]);
  expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, true]);
  expect(yield* isCancelledAt(() => trio.checkpoint())).toBe(false);
});

trioScenario('T-08', 'a shield keeps out what comes from further out', function* ({ play }) {
  const [outer, inner] = [new trio.CancelScope(), new trio.CancelScope()];
  const innermost = new trio.CancelScope();
  const isHeard = (): Script<boolean> => isCancelledAt(() => trio.checkpoint());
  yield* on(
    outer.run(
      play(function* () {
        yield* on(
          inner.run(
            play(function* () {
              outer.cancel();
              expect(yield* isHeard()).toBe(true);
              inner.shield = true;
              expect(yield* isHeard()).toBe(false);
              yield* on(
                innermost.run(
                  play(function* () {
                    innermost.cancel();
                    yield* on(trio.checkpoint());
                  }),
                ),
              );
              expect(innermost.cancelledCaught).toBe(true);
              inner.shield = false;
              expect(yield* isHeard()).toBe(true);
              expect(() => (inner.shield = 'hello' as never)).toThrow('shield must be a boolean');
              expect(inner.shield).toBe(false);
              inner.shield = true;
              inner.cancel();
              yield* on(trio.checkpoint());
            }),
          ),
        );
        expect(inner.cancelledCaught).toBe(true);
      }),
    ),
  );
});

trioScenario('T-10', 'the outermost cancelled scope catches', function* ({ play }) {
  const scopes = [new trio.CancelScope(), new trio.CancelScope(), new trio.CancelScope()];
  const [first, second, third] = scopes as [trio.CancelScope, trio.CancelScope, trio.CancelScope];
  const innermost = play(function* () {
    third.cancel();
    second.cancel();
    yield* on(trio.sleep(100));
  });
  const middle = play(() => on(third.run(innermost)));
  yield* on(first.run(play(() => on(second.run(middle)))));
  expect(scopes.map((scope) => scope.cancelledCaught)).toEqual([false, true, false]);
  expect(first.cancelCalled).toBe(false);
});

trioScenario('T-11', 'a cancel that nothing met is caught by nobody', function* ({ play }) {
  const scope = new trio.CancelScope();
  yield* on(
    scope.run(
      play(function* () {
        scope.cancel();
        yield* on(trio.cancelShieldedCheckpoint());
      }),
    ),
  );
  expect(scope.cancelledCaught).toBe(false);
  yield* on(trio.checkpoint());
});

trioScenario('T-13', 'a deadline can be moved, and counts once it has passed', function* (stage) {
  const { clock, play } = stage;
  clock.autojumpThreshold = Infinity;
  const startMs = trio.currentTime();
  const scope = new trio.CancelScope({ deadlineMs: startMs + 10 });
  yield* on(
    scope.run(
      play(function* () {
        clock.jump(5);
        expect(yield* isCancelledAt(() => trio.checkpoint())).toBe(false);
        scope.deadline = startMs + 1;
        expect(yield* isCancelledAt(() => trio.checkpoint())).toBe(true);
        expect(yield* isCancelledAt(() => trio.checkpoint())).toBe(true);
      }),
    ),
  );
  const early = new trio.CancelScope({ deadlineMs: trio.currentTime() + 7 });
  clock.jump(8);
  expect(early.cancelCalled).toBe(true);
  early.deadline = Infinity;
  expect(early.cancelCalled).toBe(true);
});

trioScenario('T-14', 'a relative deadline counts from the entry', function* ({ clock, play }) {
  const scope = trio.moveOnAfter(5);
  expect(() => scope.deadline).toThrow('does not have an absolute deadline');
  clock.jump(3);
  const startMs = trio.currentTime();
  yield* on(
    scope.run(
      play(function* () {
        expect(scope.deadline).toBe(startMs + 5);
        expect(trio.currentEffectiveDeadline()).toBe(startMs + 5);
        yield* on(trio.checkpoint());
      }),
    ),
  );
});

trioScenario('T-16', 'failAfter throws, moveOnAfter does not', function* ({ play }) {
  const sleepLong = play(() => on(trio.sleepForever()));
  expect(yield* thrownBy(() => on(trio.failAfter(10, sleepLong)))).toBeInstanceOf(
    trio.TooSlowError,
  );
  const scope = trio.moveOnAfter(10);
  scope.shield = true;
  yield* on(scope.run(sleepLong));
  expect(scope.cancelledCaught).toBe(true);
  for (const fn of [trio.moveOnAfter, trio.failAfter, trio.sleep]) {
    expect(() => fn(-1)).toThrow('must be non-negative');
    expect(() => fn(Number.NaN)).toThrow('must be a number');
  }
});

trioScenario('T-17', 'a scope takes the cancelled parts out of a group', function* ({ play }) {
  const failure = new RangeError('a child');
  const outer = new trio.CancelScope();
  const sleeper = play(() => on(trio.sleepForever()));
  const thrown = yield* thrownBy(() =>
    on(
      outer.run(
        play(() =>
          on(
            trio.openNursery((nursery) => {
              for (let count = 0; count < 3; count += 1) nursery.startSoon(sleeper);
              nursery.startSoon(
                play(function* () {
                  outer.cancel();
                  throw failure;
                }),
              );
            }),
          ),
        ),
      ),
    ),
  );
  expect(errorsOf(thrown)).toEqual([failure]);
  expect(outer.cancelledCaught).toBe(true);
});
