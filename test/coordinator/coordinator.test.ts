// What a coordinator does with calls, over real threads.

import {
  Coordinator,
  InvalidArgumentError,
  LoopNotFoundError,
  loopNames,
  remoteFunction,
  remoteModule,
  type RemoteLoop,
  run,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { shareLoops, startLoops } from '../threads/loops.js';

const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);
const jobs = remoteModule<typeof import('./fixtures/jobs.js')>(
  new URL('./fixtures/jobs.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });

describe('a coordinator', () => {
  test('knows its loops by name', () => {
    const { coordinator } = threads;
    expect(coordinator.loops.map(({ name }) => name)).toEqual(['loop-1', 'loop-2']);
    expect(coordinator.loop('loop-2')).toBe(coordinator.loops[1]);
    expect(() => coordinator.loop('loop-3')).toThrow(
      new InvalidArgumentError("This coordinator has no loop 'loop-3'; it has loop-1, loop-2"),
    );
    expect(() => coordinator.restart('loop-3')).toThrow(InvalidArgumentError);
    expect(String(coordinator)).toBe('<Coordinator open loops=2>');
  });

  test('beside another takes names that are free, and gives them back', async () => {
    const second = await startLoops({ loops: 2 });
    expect(second.loops.map(({ name }) => name)).toEqual(['loop-3', 'loop-4']);
    expect(loopNames()).toEqual(['main', 'loop-1', 'loop-2', 'loop-3', 'loop-4']);
    expect(await second.submit(jobs.square, 3)).toBe(9);
    const stranger = second.submit(functions.relay, 'loop-1', functions.nothing);
    await expect(stranger).rejects.toBeInstanceOf(LoopNotFoundError);
    await second.shutdown();
    const third = await startLoops({ loops: 1 });
    expect(third.loops.map(({ name }) => name)).toEqual(['loop-3']);
  });

  test('can be started in a worker, whose loops call it', async () => {
    const [loop] = threads.coordinator.loops as [RemoteLoop];
    const nested = await loop.runCoroutineThreadsafe(jobs.nest);
    expect(nested.sums).toEqual([9, 9]);
    expect(nested.home).toBe(16);
    expect(nested.names).toEqual(expect.arrayContaining(['loop-1', 'inner-1', 'inner-2']));
    expect(await loop.runCoroutineThreadsafe(jobs.square, 5)).toBe(25);
  });

  test('can be started inside run(), and serves calls there', async () => {
    await run(
      async () => {
        const coordinator = await Coordinator.start({ loops: 1, name: 'within' });
        const isOnThisLoop = coordinator.submit(functions.relay, 'main', functions.isInDebugMode);
        expect(await isOnThisLoop).toBe(true);
        await coordinator.shutdown();
      },
      { debug: true },
    );
  });
});

describe('submit()', () => {
  test('gives calls to different loops, which run at once', async () => {
    const end = newFlag();
    const [first, second] = [newFlag(), newFlag()];
    const { coordinator } = threads;
    const calls = [first, second].map((begun) => coordinator.submit(functions.block, begun, end));
    // Both threads are blocked, each in its own call.
    await Promise.all([raised(first), raised(second)]);
    raise(end);
    await Promise.all(calls);
  });

  test('avoids a loop that is busy', async () => {
    const { coordinator } = threads;
    const [loop] = coordinator.loops as [RemoteLoop];
    const [begun, end] = [newFlag(), newFlag()];
    const busy = Array.from({ length: 20 }, () =>
      loop.runCoroutineThreadsafe(functions.block, begun, end),
    );
    await raised(begun);
    for (let index = 0; index < 10; index += 1) {
      expect(await coordinator.submit(functions.whereAmI)).toMatchObject({ current: 'loop-2' });
    }
    raise(end);
    await Promise.all(busy);
  });

  test('refuses what is no remote function', () => {
    expect(() => threads.coordinator.submit((() => 1) as never)).toThrow(
      'submit() expects a remote function',
    );
    expect(() => threads.coordinator.broadcast('square' as never)).toThrow(
      'broadcast() expects a remote function',
    );
  });
});

describe('broadcast()', () => {
  test('runs once on every loop, and gives the results in their order', async () => {
    const places = await threads.coordinator.broadcast(functions.whereAmI);
    expect(places.map(({ current }) => current)).toEqual(['loop-1', 'loop-2']);
  });

  test('fails with the first error', async () => {
    const failing = threads.coordinator.broadcast(functions.throwError, 'no');
    await expect(failing).rejects.toThrow(new RangeError('no'));
    const missing = remoteFunction<() => void>(new URL('./nowhere.ts', import.meta.url), 'x');
    await expect(threads.coordinator.broadcast(missing)).rejects.toMatchObject({
      code: 'ERR_MODULE_NOT_FOUND',
    });
  });
});

describe('map()', () => {
  async function* generate(count: number): AsyncGenerator<number> {
    for (let input = 0; input < count; input += 1) {
      await Promise.resolve();
      yield input;
    }
  }

  async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const result of results) all.push(result);
    return all;
  }

  const inputs = Array.from({ length: 200 }, (_, index) => index);
  const squares = inputs.map((input) => input * input);

  test.for([
    ['an array', inputs],
    ['a set', new Set(inputs)],
    ['an asynchronous generator', generate(200)],
  ] as const)('gives the results in order, for %s', async ([, source]) => {
    expect(await collect(threads.coordinator.map(jobs.squareSlowly, source))).toEqual(squares);
  });

  test('gives them as they come, on request', async () => {
    const { coordinator } = threads;
    const options = { ordered: false, concurrency: 10 };
    const results = await collect(coordinator.map(jobs.squareSlowly, inputs, options));
    expect(results.toSorted((a, b) => a - b)).toEqual(squares);
    expect(results).not.toEqual(squares);
  });

  test('ends with the first error, and leaves nothing under way', async () => {
    const seen: number[] = [];
    const results = (async () => {
      for await (const result of threads.coordinator.map(jobs.failAt, inputs)) seen.push(result);
    })();
    await expect(results).rejects.toThrow(new RangeError('not five'));
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await threads.coordinator.submit(jobs.square, 2)).toBe(4);
  });

  test('shows in the stack of an error where it was called', async () => {
    const mapFromHere = (): AsyncIterable<number> => threads.coordinator.map(jobs.failAt, inputs);
    const failure = collect(mapFromHere()).catch((error: unknown) => (error as Error).stack);
    expect(await failure).toMatch(/called from --\n {4}at mapFromHere .*coordinator\.test\.ts/);
  });

  test('cancels the code that is under way when the loop is left early', async () => {
    const flags = Array.from({ length: 3 }, () => ({ begun: newFlag(), cleaned: newFlag() }));
    const results = threads.coordinator.map(jobs.waitUnlessFirst, [null, ...flags]);
    for await (const result of results) {
      expect(result).toBe('first');
      await Promise.all(flags.map(async ({ begun }) => raised(begun)));
      break;
    }
    await Promise.all(flags.map(async ({ cleaned }) => raised(cleaned)));
  });

  test('checks what it is given', () => {
    const { coordinator } = threads;
    const refuse = (options: object): unknown => coordinator.map(jobs.square, [1], options);
    for (const concurrency of [0, -1, Number.NaN, 0.5]) {
      expect(() => refuse({ concurrency })).toThrow(
        `option 'concurrency' has to be a number, 1 or more, got ${concurrency}`,
      );
    }
    for (const source of [5, null, undefined, {}, Object.create(null)]) {
      expect(() => coordinator.map(jobs.square, source as never)).toThrow(
        'map() expects inputs that can be iterated',
      );
    }
    expect(() => coordinator.map((() => 1) as never, [])).toThrow('map() expects a remote');
  });
});
