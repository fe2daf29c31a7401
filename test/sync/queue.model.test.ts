// Random producers, consumers and cancels at a queue, against an array: every item that was put is
// given once and in order, bounds hold, and nobody waits for what is there.

import fc from 'fast-check';
import { type Coroutine, Queue, sleep, type Task } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, type Script, settle, stage, tick } from './both-kinds.js';
import { runs } from './random-tasks.js';

type Command =
  | { readonly verb: 'put' | 'get' | 'put now' | 'get now' | 'tick' | 'settle' }
  | { readonly verb: 'cancel'; readonly which: number };

const verbs = ['put', 'get', 'put now', 'get now', 'tick', 'settle'] as const;
const move: fc.Arbitrary<Command> = fc.record({ verb: fc.constantFrom(...verbs) });
const cancel: fc.Arbitrary<Command> = fc.record({
  verb: fc.constant('cancel'),
  which: fc.nat({ max: 9 }),
});
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: move }, { weight: 2, arbitrary: cancel }),
  { maxLength: 40 },
);

describe.for(kinds)('$title', (kind) => {
  test('a queue gives each item once and in order, and forgets nobody', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3 }), commands, async (maxsize, steps) => {
        const queue = new Queue<number>(maxsize);
        const [put, got]: [number[], number[]] = [[], []];
        const [putters, getters]: [Array<Task<void>>, Array<Task<void>>] = [[], []];
        let itemCount = 0;
        const putOne = (item: number) =>
          function* (): Script<void> {
            yield* on(queue.put(item));
            put.push(item);
          };
        const getOne = function* (): Script<void> {
          got.push(yield* on(queue.get()));
        };
        await stage(kind, function* ({ start }): Coroutine<void> {
          for (const step of steps) {
            const item = itemCount;
            itemCount += 1;
            if (step.verb === 'put') {
              putters.push(start(putOne(item)));
            } else if (step.verb === 'get') {
              getters.push(start(getOne));
            } else if (step.verb === 'put now') {
              if (!queue.full()) {
                queue.putNowait(item);
                put.push(item);
              }
            } else if (step.verb === 'get now') {
              if (!queue.empty()) got.push(queue.getNowait());
            } else if (step.verb === 'cancel') {
              const tasks = [...putters, ...getters].filter((task) => !task.done());
              tasks[step.which % tasks.length]?.cancel();
            } else {
              yield* step.verb === 'tick' ? tick() : settle();
            }
            if (maxsize > 0) expect(queue.qsize()).toBeLessThanOrEqual(maxsize);
          }
          yield* settle();
          const stats = queue.stats();
          const isLeft = (task: Task<void>): boolean => !task.done();
          expect(stats.putterCount).toBe(putters.filter(isLeft).length);
          expect(stats.getterCount).toBe(getters.filter(isLeft).length);
          if (stats.getterCount > 0) expect(stats.itemCount).toBe(0);
          if (stats.putterCount > 0) expect(queue.full()).toBe(true);
          // Each item that is taken makes room for a putter that waits.
          while (!queue.empty()) {
            got.push(queue.getNowait());
            yield* settle();
          }
          for (const task of [...putters, ...getters]) task.cancel();
        });
        expect(new Set(got).size).toBe(got.length);
        expect([...got].sort(byNumber)).toEqual([...put].sort(byNumber));
      }),
      runs,
    );
  });
});

describe('a queue', () => {
  test('serves readers and producers strictly in the order in which they came', async () => {
    const plan = fc.array(
      fc.record({ atMs: fc.nat({ max: 5 }), verb: fc.constantFrom('put', 'get') }),
      { maxLength: 30 },
    );
    const cancels = fc.array(fc.record({ atMs: fc.nat({ max: 5 }), which: fc.nat({ max: 29 }) }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3 }), plan, cancels, async (maxsize, arrivals, losses) => {
        const queue = new Queue<number>(maxsize);
        const came = { put: [] as number[], get: [] as number[] };
        const went = { put: [] as number[], get: [] as number[] };
        const given: number[] = [];
        await stage(coroutines, function* ({ loop, start }): Coroutine<void> {
          const tasks = arrivals.map(({ atMs, verb }, name) =>
            start(function* () {
              yield* on(sleep(atMs));
              came[verb].push(name);
              if (verb === 'put') yield* on(queue.put(name));
              else given.push(yield* on(queue.get()));
              went[verb].push(name);
            }),
          );
          for (const { atMs, which } of losses) {
            loop.callLater(atMs, () => tasks[which]?.cancel());
          }
          yield* sleep(100);
          for (const task of tasks) task.cancel();
        });
        for (const verb of ['put', 'get'] as const) {
          expect(went[verb]).toEqual(came[verb].filter((name) => went[verb].includes(name)));
        }
        expect(given).toEqual(went.put.slice(0, given.length));
      }),
      { numRuns: 500 },
    );
  });
});

function byNumber(a: number, b: number): number {
  return a - b;
}
