// `initialize` runs on each loop before any call does; a thread whose initialization goes wrong.

import { SHARE_ENV } from 'node:worker_threads';
import {
  Coordinator,
  isCancelled,
  LoopDiedError,
  loopNames,
  ModuleNotFoundError,
  remoteFunction,
  remoteModule,
  type RemoteLoop,
} from 'threadloop';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually, startLoops } from '../threads/loops.js';

const initializers = remoteModule<typeof import('./fixtures/initializers.js')>(
  new URL('./fixtures/initializers.ts', import.meta.url),
);
const deadly = remoteModule<typeof import('./fixtures/deadly.js')>(
  new URL('./fixtures/deadly.ts', import.meta.url),
);
const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);

afterEach(() => {
  delete process.env['LIVES'];
  delete process.env['MAX_LIVES'];
});

describe('initialize', () => {
  test.for(['initialize', 'initializeInCoroutine'] as const)(
    'runs once on each loop before any call, also in the place of a dead one: %s',
    async (name) => {
      const initialize = initializers[name] as typeof initializers.initialize;
      const coordinator = await startLoops({ loops: 2, initialize });
      const count = () => coordinator.broadcast(initializers.readInitializedCount);
      expect(await count()).toEqual([1, 1]);
      const [loop] = coordinator.loops as [RemoteLoop];
      const lost = loop.runCoroutineThreadsafe(deadly.exit, 3);
      await expect(lost).rejects.toBeInstanceOf(LoopDiedError);
      expect(await count()).toEqual([1, 1]);
      expect(coordinator.stats().loops.map(({ incarnation }) => incarnation)).toEqual([2, 1]);
    },
  );

  test.for([
    ['that throws', initializers.fail, RangeError, /not today/],
    [
      'that throws and leaves a timer open',
      initializers.failWithOpenInterval,
      RangeError,
      /not today/,
    ],
    ['that ends its thread', initializers.exit, LoopDiedError, /process\.exit.*exit code 6/],
    [
      'whose module is not there',
      remoteFunction<() => void>('file:///nowhere.js', 'initialize'),
      ModuleNotFoundError,
      /nowhere\.js/,
    ],
    [
      'whose module has a syntax error',
      remoteFunction<() => void>('data:text/javascript,export function (', 'initialize'),
      SyntaxError,
      /./,
    ],
    [
      'whose module ends the thread while it loads',
      remoteFunction<() => void>('data:text/javascript,process.exit(7)', 'initialize'),
      LoopDiedError,
      /exit code 7/,
    ],
    [
      'whose module throws while it loads',
      remoteFunction<() => void>('data:text/javascript,throw new TypeError("at load")', 'x'),
      TypeError,
      /at load/,
    ],
  ] as const)('%s fails start(), and nothing is left', async ([, initialize, errorClass, text]) => {
    const starting = Coordinator.start({ loops: 2, initialize });
    await expect(starting).rejects.toBeInstanceOf(errorClass);
    await expect(starting).rejects.toThrow(text);
    expect(loopNames()).toEqual(['main']);
  });

  test('that never ends is given up with start()', async () => {
    const starting = Coordinator.start({ loops: 2, initialize: initializers.waitForEver });
    await eventually(() => loopNames().length === 3);
    starting.cancel('no patience');
    await expect(starting).rejects.toSatisfy(isCancelled);
    await eventually(() => loopNames().length === 1);
  });
});

describe('initialize in a later life', () => {
  const startAndDie = async (initialize: typeof initializers.failInSecondLife) => {
    const coordinator = await startLoops({ loops: 1, env: SHARE_ENV, initialize });
    const lost = coordinator.submit(deadly.exit, 3);
    await expect(lost).rejects.toBeInstanceOf(LoopDiedError);
    return coordinator;
  };

  test.for(['failInSecondLife', 'exitInSecondLife'] as const)(
    'that goes wrong once is followed by another life: %s',
    async (name) => {
      const coordinator = await startAndDie(initializers[name]);
      // The life that fails takes the calls with it that waited for it.
      const waiting = coordinator.submit(initializers.readLives);
      await expect(waiting).rejects.toBeInstanceOf(LoopDiedError);
      expect(await coordinator.submit(initializers.readLives)).toBe(3);
      expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 3, state: 'ready' });
    },
  );

  test('that always goes wrong is given up: callers from everywhere are told', async () => {
    process.env['MAX_LIVES'] = '2';
    const coordinator = await startLoops({
      loops: 2,
      env: SHARE_ENV,
      initialize: initializers.failAfterLives,
    });
    const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
    await sibling.runCoroutineThreadsafe(functions.relay, loop.name, functions.nothing);
    // It has proved itself: none of the deaths that count is its own.
    await loop.runCoroutineThreadsafe(functions.nothing);
    const lost = loop.runCoroutineThreadsafe(deadly.exit, 3);
    await expect(lost).rejects.toMatchObject({ exitCode: 3 });
    await eventually(() => coordinator.stats().loops[0]?.state === 'gone');
    expect(process.env['LIVES']).toBe('8');
    expect(() => loop.runCoroutineThreadsafe(functions.nothing)).toThrow(LoopDiedError);
    const asked = sibling.runCoroutineThreadsafe(functions.relay, loop.name, functions.nothing);
    await expect(asked).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_LOOP_(DIED|NOT_FOUND)/) as string,
    });
    expect(await coordinator.submit(functions.add, 1, 2)).toBe(3);
    await coordinator.shutdown();
  });

  test.for(['drain', 'cancel', 'terminate'] as const)(
    'that never ends does not hold up a shutdown (%s)',
    async (mode) => {
      const coordinator = await startAndDie(initializers.waitForEverInSecondLife);
      await eventually(() => process.env['LIVES'] === '2');
      const waiting = coordinator.submit(initializers.readLives);
      const failed = waiting.then(
        () => 'answered',
        (error: unknown) => error,
      );
      await coordinator.shutdown({ mode, timeoutMs: 50 });
      expect(await failed).toBeInstanceOf(LoopDiedError);
    },
  );
});
