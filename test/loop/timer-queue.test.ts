import fc from 'fast-check';
import { TimerHandle } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { TimerQueue } from '#src/loop/timer-queue.js';
import { collectGarbage, hostLoop } from './fixtures.js';

/** Few distinct times, so that ties are the rule. */
const times = fc.oneof(
  fc.integer({ min: 0, max: 8 }),
  fc.integer({ min: 0, max: 8 }).map((quarters) => 2 + quarters / 4),
  fc.constantFrom(Infinity, -Infinity, -0),
);

function makeTimers(): { queue: TimerQueue; add: (whenMs: number) => TimerHandle } {
  const queue = new TimerQueue();
  const loop = hostLoop();
  const add = (whenMs: number): TimerHandle => {
    const onCancel = (): void => queue.noteCancelled();
    const timer = new TimerHandle(loop, () => {}, [], { whenMs, onCancel });
    queue.push(timer);
    return timer;
  };
  return { queue, add };
}

function takeAll(queue: TimerQueue): TimerHandle[] {
  const taken: TimerHandle[] = [];
  for (let timer = queue.popDue(Infinity); timer !== undefined; timer = queue.popDue(Infinity)) {
    taken.push(timer);
  }
  return taken;
}

describe('the timers of a loop', () => {
  test('gives timers as a stable sort would, and never one that was cancelled', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ push: times }) },
      { weight: 3, arbitrary: fc.record({ cancel: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ popDueAt: times }) },
    );
    const { queue, add } = makeTimers();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (program) => {
        queue.clear();
        let model: TimerHandle[] = [];
        for (const each of program) {
          if ('push' in each) {
            model.push(add(each.push));
            // Array.prototype.sort is stable: ties stay in the order of insertion.
            model.sort((a, b) => (a.when() < b.when() ? -1 : Number(a.when() > b.when())));
          } else if ('cancel' in each && model.length > 0) {
            const [chosen] = model.splice(each.cancel % model.length, 1);
            chosen?.cancel();
          } else if ('popDueAt' in each) {
            const next = model[0];
            const isDue = next !== undefined && next.when() <= each.popDueAt;
            expect(queue.popDue(each.popDueAt)).toBe(isDue ? next : undefined);
            if (isDue) model = model.slice(1);
          }
          expect(queue.liveCount).toBe(model.length);
          expect(queue.nextWhenMs()).toBe(model[0]?.when() ?? Infinity);
        }
        expect(takeAll(queue)).toEqual(model);
      }),
      { numRuns: 100 },
    );
  });

  test('lets timers of one instant go in the order in which they came', () => {
    const { queue, add } = makeTimers();
    const timers = Array.from({ length: 50 }, () => add(7));
    expect(takeAll(queue)).toEqual(timers);
  });

  test('lets no cancelled timers pile up', async () => {
    const { queue, add } = makeTimers();
    const live = add(1);
    const cancelled = Array.from({ length: 10_000 }, (_, index) => {
      const timer = add(1000 + index);
      timer.cancel();
      return new WeakRef(timer);
    });
    await collectGarbage();
    // asyncio's rule: up to a hundred, and up to as many as there are live ones, may stay.
    expect(cancelled.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(100);
    expect(takeAll(queue)).toEqual([live]);
  });

  test('does not count a timer that is cancelled after it left', () => {
    const { queue, add } = makeTimers();
    const gone = add(1);
    add(2);
    expect(queue.popDue(1)).toBe(gone);
    gone.cancel();
    expect(queue.liveCount).toBe(1);
  });

  test('does not count a timer twice that is cancelled twice', () => {
    const { queue, add } = makeTimers();
    const twice = add(1);
    add(2);
    twice.cancel();
    twice.cancel();
    expect(queue.liveCount).toBe(1);
  });

  test('does not count a timer that is cancelled after the queue was cleared', () => {
    const { queue, add } = makeTimers();
    const dropped = add(1);
    queue.clear();
    dropped.cancel();
    expect(queue.liveCount).toBe(0);
  });
});
