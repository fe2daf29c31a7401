/** Trio's threads, and AnyIO's where they are the same: calls that block, and the way back. */
import { ensureFuture, InvalidStateError, remoteModule } from 'threadloop';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise } from '../threads/fixtures/flag.js';
import { eventually, shareLoops } from '../threads/loops.js';
import { left, setScope, topic } from './fixtures/thread-jobs.js';
import { keepRows, rowOf } from './scenario.js';
import { on, type Script, thrownBy, trioScenario } from './trio-scenario.js';

keepRows('trio-threads');

const jobs = remoteModule<typeof import('./fixtures/thread-jobs.js')>(
  new URL('./fixtures/thread-jobs.ts', import.meta.url),
);
const shared = shareLoops({ loops: 1 });
const { fromThread, toThread } = trio;

/** Until another thread has brought something about. */
const until = (isSo: () => boolean): Script<void> => on(ensureFuture(eventually(isSo)));

trioScenario('T-31', 'a limiter bounds the calls in threads', function* ({ play }) {
  for (const abandonOnCancel of [false, true]) {
    const limiter = new trio.CapacityLimiter(3);
    const bounded = toThread.with({ limiter, abandonOnCancel });
    const [counts, gate] = [new Int32Array(new SharedArrayBuffer(8)), newFlag()];
    const call = play(() => on(bounded.runSync(jobs.hold, counts, gate)));
    const cancelWhenFull = play(function* () {
      yield* until(() => Atomics.load(counts, 0) === 3);
      const { borrowedTokens, tasksWaiting } = limiter.statistics();
      expect([borrowedTokens, tasksWaiting]).toEqual([3, 3]);
      if (abandonOnCancel) scope.cancel();
      else raise(gate);
    });
    const scope = new trio.CancelScope();
    yield* on(
      scope.run(() =>
        trio.openNursery((nursery) => {
          for (let count = 0; count < 6; count += 1) nursery.startSoon(call);
          nursery.startSoon(cancelWhenFull);
        }),
      ),
    );
    // Nobody waits for them any more, but the threads have not ended: they hold their tokens.
    expect(limiter.borrowedTokens).toBe(abandonOnCancel ? 3 : 0);
    raise(gate);
    yield* until(() => limiter.borrowedTokens === 0);
    expect([Atomics.load(counts, 0), Atomics.load(counts, 1)]).toEqual([0, 3]);
  }
});

trioScenario('T-32', 'a thread calls back into the task that called it', function* () {
  const name = trio.currentTask()?.getName();
  expect(yield* on(toThread.runSync(jobs.whoWaits))).toEqual([name, name, name]);
  const said = topic.run('cheese', () => toThread.runSync(jobs.sayTopic, 'parrots'));
  expect(yield* on(said)).toEqual([undefined, 'parrots', ['parrots', 'parrots']]);
  const thrown = yield* thrownBy(() => on(toThread.runSync(jobs.failInRun, 'over here')));
  expect(thrown).toEqual(new RangeError('over here'));
});

trioScenario('T-34', 'a thread asks whether it is cancelled', function* ({ play }) {
  const asked = newFlag();
  const scope = new trio.CancelScope();
  yield* on(
    trio.openNursery((nursery) => {
      nursery.startSoon(
        play(function* () {
          yield* on(scope.run(play(() => on(toThread.runSync(jobs.askUntilCancelled, asked)))));
        }),
      );
      nursery.startSoon(
        play(function* () {
          yield* until(() => isRaised(asked));
          scope.cancel();
        }),
      );
    }),
  );
  expect(scope.cancelledCaught).toBe(true);
  expect(() => fromThread.checkCancelled()).toThrow("this thread wasn't created by Trio");
  const foreign = shared.coordinator.loop('loop-1').runCoroutineThreadsafe(jobs.checkHere);
  expect(yield* thrownBy(() => on(ensureFuture(foreign)))).toBeInstanceOf(InvalidStateError);
});

trioScenario('T-35', 'a thread is told when it cannot call back', function* ({ play }) {
  const token = trio.currentTrioToken();
  const loop = shared.coordinator.loop('loop-1');
  expect(() => fromThread.run(jobs.addLater, 1, 2)).toThrow(
    'this is a blocking function; call it from a thread',
  );
  expect(() => fromThread.with({ trioToken: 'a token' as never })).toThrow('not of type TrioToken');
  const bare = yield* thrownBy(() => on(ensureFuture(loop.runCoroutineThreadsafe(jobs.callBack))));
  expect(String(bare)).toContain("this thread wasn't created by Trio, bind its token");
  const sevens = [jobs.callBackWith, jobs.callBackLaterWith].map((fn) =>
    loop.runCoroutineThreadsafe(fn, token),
  );
  for (const seven of sevens) expect(yield* on(ensureFuture(seven))).toBe(7);
  const record: unknown[] = [];
  const cleanUp = play(function* () {
    const late = yield* thrownBy(() => on(toThread.runSync(jobs.callBackLaterWith, token)));
    record.push((late as Error).name, yield* on(toThread.runSync(jobs.callBack)));
  });
  void trio.spawnSystemTask(
    play(function* () {
      try {
        yield* on(trio.sleepForever());
      } finally {
        yield* on(new trio.CancelScope({ shield: true }).run(cleanUp));
        ends.push(record);
      }
    }),
  );
  yield* on(trio.checkpoint());
});

/** What the tasks of the system in T-35 have seen at the ends of their runs. */
const ends: unknown[][] = [];
test('T-35 … also while the run ends', () => {
  expect(ends).toEqual([
    ['RunFinishedError', 3],
    ['RunFinishedError', 3],
  ]);
});

trioScenario('T-23d', 'a token orders calls from another thread', function* () {
  const token = trio.currentTrioToken();
  const loop = shared.coordinator.loop('loop-1');
  yield* on(ensureFuture(loop.runCoroutineThreadsafe(jobs.orderWith, token, 20)));
  yield* until(() => left.filter((each) => typeof each === 'number').length === 20);
  const all = left.splice(0);
  expect(all.filter((each) => typeof each === 'number')).toEqual(
    Array.from({ length: 20 }, (_, index) => index),
  );
  expect(all.filter((each) => each === 'once').length).toBeLessThanOrEqual(20);
  expect(all).toContain('once');
  tokens.push(token);
});

const tokens: trio.TrioToken[] = [];
test('T-23d … and is refused there at once when its run is over', async () => {
  const loop = shared.coordinator.loop('loop-1');
  expect(tokens).toHaveLength(2);
  for (const token of tokens) {
    expect(await loop.runCoroutineThreadsafe(jobs.nameOfThrown, token)).toBe('RunFinishedError');
  }
});

trioScenario(
  'P-07',
  'a cancelled task ends its thread, and what that does in the run',
  function* ({ play }) {
    const asked = newFlag();
    yield* on(
      trio.openNursery((nursery) => {
        nursery.startSoon(play(() => on(toThread.runSync(jobs.askUntilCancelled, asked))));
        nursery.startSoon(
          play(function* () {
            yield* until(() => isRaised(asked));
            nursery.cancelScope.cancel();
          }),
        );
      }),
    );
    const scope = new trio.CancelScope();
    setScope(scope);
    yield* on(
      scope.run(
        play(function* () {
          yield* on(toThread.runSync(jobs.sleepInRun));
          left.push('got past');
        }),
      ),
    );
    expect([scope.cancelledCaught, left]).toEqual([true, []]);
  },
);

describe('P-08', () => {
  test('a foreign thread comes in by a token, and by nothing else', async () => {
    const loop = shared.coordinator.loop('loop-1');
    let token: trio.TrioToken | null = null;
    await trio.run(async () => {
      token = trio.currentTrioToken();
      expect(await loop.runCoroutineThreadsafe(jobs.callBackWith, token)).toBe(7);
      await expect(loop.runCoroutineThreadsafe(jobs.callBack)).rejects.toThrow(
        "this thread wasn't created by Trio",
      );
    });
    await expect(
      loop.runCoroutineThreadsafe(jobs.callBackWith, token as unknown as trio.TrioToken),
    ).rejects.toThrow(trio.RunFinishedError);
    rowOf('P-08', 'a foreign thread comes in by a token, and by nothing else').ran.push(
      'a run of its own',
    );
  });
});
