import fc from 'fast-check';
import { TimerHandle } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { TimerHeap } from '#src/loop/timer-heap.js';
import { collectGarbage, hostLoop } from './fixtures.js';

/** Few distinct times, so that ties are the rule. */
const times = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(Infinity, -Infinity, -0));

function makeTimers(): { heap: TimerHeap; add: (whenMs: number) => TimerHandle } {
  const heap = new TimerHeap();
  const loop = hostLoop();
  const add = (whenMs: number): TimerHandle => {
    const onCancel = (): void => heap.noteCancelled();
    const timer = new TimerHandle(loop, () => {}, [], { whenMs, onCancel });
    heap.push(timer);
    return timer;
  };
  return { heap, add };
}

function takeAll(heap: TimerHeap): TimerHandle[] {
  const taken: TimerHandle[] = [];
  for (let timer = heap.popDue(Infinity); timer !== undefined; timer = heap.popDue(Infinity)) {
    taken.push(timer);
  }
  return taken;
}

describe('the timer heap', () => {
  test('gives timers as a stable sort would, and never one that was cancelled', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ push: times }) },
      { weight: 3, arbitrary: fc.record({ cancel: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ popDueAt: times }) },
    );
    const { heap, add } = makeTimers();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (program) => {
        heap.clear();
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
            expect(heap.popDue(each.popDueAt)).toBe(isDue ? next : undefined);
            if (isDue) model = model.slice(1);
          }
          expect(heap.liveCount).toBe(model.length);
          expect(heap.nextWhenMs()).toBe(model[0]?.when() ?? Infinity);
        }
        expect(takeAll(heap)).toEqual(model);
      }),
      { numRuns: 100 },
    );
  });

  test('lets timers of one instant go in the order in which they came', () => {
    const { heap, add } = makeTimers();
    const timers = Array.from({ length: 50 }, () => add(7));
    expect(takeAll(heap)).toEqual(timers);
  });

  test('lets no cancelled timers pile up', async () => {
    const { heap, add } = makeTimers();
    const live = add(1);
    const cancelled = Array.from({ length: 10_000 }, (_, index) => {
      const timer = add(1000 + index);
      timer.cancel();
      return new WeakRef(timer);
    });
    await collectGarbage();
    // asyncio's rule: up to a hundred, and up to as many as there are live ones, may stay.
    expect(cancelled.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(100);
    expect(takeAll(heap)).toEqual([live]);
  });

  test('does not count a timer that is cancelled after it left', () => {
    const { heap, add } = makeTimers();
    const gone = add(1);
    add(2);
    expect(heap.popDue(1)).toBe(gone);
    gone.cancel();
    expect(heap.liveCount).toBe(1);
  });

  test('does not count a timer twice that is cancelled twice', () => {
    const { heap, add } = makeTimers();
    const twice = add(1);
    add(2);
    twice.cancel();
    twice.cancel();
    expect(heap.liveCount).toBe(1);
  });

  test('does not count a timer that is cancelled after the heap was cleared', () => {
    const { heap, add } = makeTimers();
    const dropped = add(1);
    heap.clear();
    dropped.cancel();
    expect(heap.liveCount).toBe(0);
  });
});
