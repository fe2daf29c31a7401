// Random tasks of several participants at a lock and at a semaphore; some are cancelled, and some
// participants die: never too many inside, first come first served, and nobody waits for ever.

import fc from 'fast-check';
import {
  BrokenLockError,
  type Coroutine,
  type EventLoop,
  gather,
  InvalidStateError,
  isCancelled,
  SharedLock,
  SharedSemaphore,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Participants, play } from './participants.js';

interface Plan {
  readonly who: number;
  readonly startMs: number;
  readonly holdMs: number;
  readonly cancelMs: number | null;
}

const participantCount = 3;
const timesMs = fc.nat({ max: 12 });
const plans = fc.array(
  fc.record<Plan>({
    who: fc.nat({ max: participantCount - 1 }),
    startMs: timesMs,
    holdMs: fc.nat({ max: 4 }),
    cancelMs: fc.option(timesMs, { freq: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);
/** When each participant but the last one dies. */
const deaths = fc.array(fc.option(timesMs, { freq: 2 }), { minLength: 2, maxLength: 2 });

const runs = { numRuns: 60, interruptAfterTimeLimit: 6_000 };

type Body = (plan: Plan, name: number) => Coroutine<void>;

/** Participants that die, each at its time. */
interface Deaths {
  readonly whensMs: readonly (number | null)[];
  readonly kill: (who: number) => void;
}

const nobodyDies: Deaths = { whensMs: [], kill: () => undefined };

/** Runs the plans to their ends; an end by a cancel or by one's own death is in order. */
function* runPlans(
  loop: EventLoop,
  given: readonly Plan[],
  { whensMs, kill }: Deaths,
  body: Body,
): Coroutine<void> {
  const tasks = given.map((plan, name) => loop.createTask(body(plan, name)));
  for (const [who, whenMs] of whensMs.entries()) {
    if (whenMs === null) continue;
    loop.callLater(whenMs, () => {
      kill(who);
      // The tasks of a dead thread are gone.
      for (const [name, task] of tasks.entries()) if (given[name]?.who === who) task.cancel();
    });
  }
  for (const [name, { cancelMs }] of given.entries()) {
    if (cancelMs !== null) loop.callLater(cancelMs, () => tasks[name]?.cancel());
  }
  for (const outcome of yield* gather(tasks, { returnExceptions: true })) {
    const isInOrder = outcome === undefined || isCancelled(outcome);
    if (!isInOrder) expect(outcome).toBeInstanceOf(InvalidStateError);
  }
}

describe('a lock', () => {
  test('never lets two in, keeps the order of all participants, and loses nobody', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        const people = new Participants(participantCount);
        const locks = people.share(new SharedLock(), SharedLock);
        const arrived: number[] = [];
        const admitted: number[] = [];
        let insideCount = 0;
        await play((loop) =>
          runPlans(loop, given, nobodyDies, function* ({ who, startMs, holdMs }, name) {
            yield* sleep(startMs);
            arrived.push(name);
            using _hold = yield* (locks[who] as SharedLock).acquire();
            admitted.push(name);
            insideCount += 1;
            expect(insideCount).toBe(1);
            try {
              yield* sleep(holdMs);
            } finally {
              insideCount -= 1;
            }
          }),
        );
        expect(admitted).toEqual(arrived.filter((name) => admitted.includes(name)));
        expect(locks[0]?.stats()).toMatchObject({ isLocked: false, waiterCount: 0 });
      }),
      runs,
    );
  });

  test('is repaired once for each holder that dies, and serves all who live', async () => {
    await fc.assert(
      fc.asyncProperty(plans, deaths, async (given, whensMs) => {
        const people = new Participants(participantCount);
        const locks = people.share(new SharedLock(), SharedLock);
        let [insideCount, diedInsideCount, repairCount] = [0, 0, 0];
        const inside = new Set<number>();
        await play(function* (loop) {
          const kill = (who: number): void => {
            if (inside.delete(who)) {
              insideCount -= 1;
              diedInsideCount += 1;
            }
            people.kill(who);
          };
          yield* runPlans(
            loop,
            given,
            { whensMs, kill },
            function* ({ who, startMs, holdMs }): Coroutine<void> {
              yield* sleep(startMs);
              const lock = locks[who] as SharedLock;
              for (;;) {
                try {
                  yield* lock.acquire();
                  break;
                } catch (error) {
                  if (!(error instanceof BrokenLockError)) throw error;
                  yield* lock.repair(() => void (repairCount += 1));
                }
              }
              insideCount += 1;
              inside.add(who);
              expect(insideCount).toBe(1);
              try {
                yield* sleep(holdMs);
              } finally {
                if (inside.delete(who)) insideCount -= 1;
                lock.release();
              }
            },
          );
          const [, , last] = locks as [SharedLock, SharedLock, SharedLock];
          yield* last.repair(() => void (repairCount += 1));
          (yield* last.acquire()).release();
        });
        expect(repairCount).toBe(diedInsideCount);
      }),
      runs,
    );
  });
});

describe('a semaphore', () => {
  test('never lets too many in, and has all its permits again whoever dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        plans,
        deaths,
        async (limit, given, whensMs) => {
          const people = new Participants(participantCount);
          const all = people.share(new SharedSemaphore(limit), SharedSemaphore);
          const insideOf = [0, 0, 0];
          await play(function* (loop) {
            const kill = (who: number): void => {
              insideOf[who] = 0;
              people.kill(who);
            };
            yield* runPlans(
              loop,
              given,
              { whensMs, kill },
              function* ({ who, startMs, holdMs }): Coroutine<void> {
                yield* sleep(startMs);
                const semaphore = all[who] as SharedSemaphore;
                yield* semaphore.acquire();
                insideOf[who] = (insideOf[who] ?? 0) + 1;
                expect(insideOf.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(limit);
                try {
                  yield* sleep(holdMs);
                } finally {
                  insideOf[who] = Math.max(0, (insideOf[who] ?? 0) - 1);
                  semaphore.release();
                }
              },
            );
            // Clears away those who died last.
            all[2]?.poll();
            yield* sleep(0);
          });
          expect(all[2]?.stats()).toEqual({ value: limit, permitCount: limit, waiterCount: 0 });
        },
      ),
      runs,
    );
  });
});
