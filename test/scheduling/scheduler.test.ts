// What a posted task gives back, whatever kind of function it is, and what is refused.

import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import {
  type Coroutine,
  currentTask,
  type Future,
  gather,
  HostEventLoop,
  InvalidArgumentError,
  LoopClosedError,
  NoRunningLoopError,
  scheduler,
  schedulerOf,
  type SchedulerPostTaskOptions,
  sleep,
  type TaskFunction,
} from 'threadloop';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createLoop, kinds, runUntilComplete } from '../contract/loop-kinds.js';
import { collectGarbage, recordConsole, recordReports, virtualLoop } from '../loop/fixtures.js';

describe('a posted task gives what its function gives, be it', () => {
  test.for<readonly [string, TaskFunction<number>]>([
    ['a plain function', () => 7],
    ['a function that returns a promise', () => Promise.resolve(7)],
    ['an async function', async () => 7],
    ['an async function that waits', async () => sleep(5, 7)],
    [
      'a generator function',
      function* (): Coroutine<number> {
        yield* sleep(5);
        return 7;
      },
    ],
    [
      'a function that returns a coroutine',
      () =>
        (function* (): Coroutine<number> {
          return yield* sleep(5, 7);
        })(),
    ],
  ])('%s', async ([, fn]) => {
    const loop = virtualLoop();
    expect(await loop.runUntilComplete(async () => scheduler.postTask(fn))).toBe(7);
    const coroutine = function* (): Coroutine<number> {
      return yield* scheduler.postTask(fn);
    };
    expect(await loop.runUntilComplete(coroutine())).toBe(7);
  });
});

test('the type of the result is that of the function', async () => {
  const loop = virtualLoop();
  const front = schedulerOf(loop);
  expectTypeOf(front.postTask(() => 7)).toEqualTypeOf<Future<number>>();
  expectTypeOf(front.postTask(async () => 'text')).toEqualTypeOf<Future<string>>();
  expectTypeOf(
    front.postTask(function* () {
      return (yield* sleep(1, 7)) > 3;
    }),
  ).toEqualTypeOf<Future<boolean>>();
  expectTypeOf(front.yield()).toEqualTypeOf<Future<undefined>>();
  await loop.runUntilComplete(sleepOn(loop, 5));
});

function sleepOn(loop: HostEventLoop, delayMs: number): Future<void> {
  const future = loop.createFuture<void>();
  loop.callLater(delayMs, () => future.setResult());
  return future;
}

test.for([
  ['a plain function', () => fail()],
  ['an async function', async () => fail()],
  [
    'a generator function',
    function* (): Coroutine<never> {
      yield* sleep(1);
      return fail();
    },
  ],
] as const)('an error of %s fails its task, and not the tasks behind it', async ([, fn]) => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const failing = schedulerOf(loop).postTask<never>(fn);
  const next = schedulerOf(loop).postTask(() => 'ran');
  expect(await loop.runUntilComplete(next)).toBe('ran');
  await expect(loop.runUntilComplete(failing)).rejects.toBe(failure);
  expect(reports).toEqual([]);
});

const failure = new RangeError('too far');
function fail(): never {
  throw failure;
}

test('an error that nobody looks at is reported', async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  void schedulerOf(loop).postTask(fail);
  await loop.runUntilComplete(sleepOn(loop, 1));
  await collectGarbage();
  expect(reports).toMatchObject([
    { message: 'PostedTask exception was never retrieved', exception: failure },
  ]);
});

test('a task runs as a task of the loop, its first part in one go', async () => {
  const loop = virtualLoop();
  const names = await loop.runUntilComplete(async () =>
    gather([
      scheduler.postTask(() => currentTask()?.getName()),
      scheduler.postTask(async () => {
        const before = currentTask();
        await sleep(1);
        return before !== null && currentTask() === before;
      }),
    ]),
  );
  expect(names).toEqual([expect.stringMatching(/^Task-\d+$/), true]);
});

test('a slow task is named in debug mode', async () => {
  const loop = virtualLoop();
  const reports = recordConsole();
  loop.setDebug(true);
  loop.slowCallbackDurationMs = 5;
  const task = schedulerOf(loop).postTask(function crunch() {
    const untilMs = performance.now() + 10;
    while (performance.now() < untilMs);
  });
  expect(inspect(task)).toMatch(/^<PostedTask pending fn=<crunch\(\)>/);
  await loop.runUntilComplete(task);
  expect(reports.join()).toMatch(
    /<Scheduler queued=0 latest=<PostedTask pending .*fn=<crunch\(\)>/,
  );
});

test('a task runs in the async context of whoever posted it', async () => {
  const loop = virtualLoop();
  const storage = new AsyncLocalStorage<string>();
  const read = async (): Promise<string | undefined> => {
    await sleep(1);
    return storage.getStore();
  };
  const seen = await loop.runUntilComplete(async () => {
    const now = storage.run('now', () => scheduler.postTask(read));
    const later = storage.run('later', () => scheduler.postTask(read, { delay: 10 }));
    return storage.run('waiting', () => gather([now, later]));
  });
  expect(seen).toEqual(['now', 'later']);
});

describe('delay', () => {
  test('is how many milliseconds pass before a task is queued', async () => {
    const loop = virtualLoop();
    const startMs = loop.time();
    const log: string[] = [];
    const post = (name: string, options: SchedulerPostTaskOptions): Future<unknown> =>
      scheduler.postTask(() => log.push(`${name} at ${loop.time() - startMs}`), options);
    await loop.runUntilComplete(async () =>
      gather([
        post('late and urgent', { delay: 20, priority: 'user-blocking' }),
        post('early and not', { delay: 10, priority: 'background' }),
        post('late and not', { delay: 20, priority: 'background' }),
        post('at once', { delay: 0, priority: 'background' }),
        post('a fraction', { delay: 0.5 }),
      ]),
    );
    expect(log).toEqual([
      'at once at 0',
      'a fraction at 0.5',
      'early and not at 10',
      'late and urgent at 20',
      'late and not at 20',
    ]);
  });

  test('counts a task as queued when it is over, not when it was posted', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    await loop.runUntilComplete(async () => {
      const delayed = scheduler.postTask(() => log.push('delayed'), { delay: 5 });
      // Keeps the loop busy over the five milliseconds, so that both wait side by side.
      const blocking = scheduler.postTask(async () => {
        await sleep(5);
        return scheduler.postTask(() => log.push('posted when it was over'));
      });
      await gather([delayed, blocking]);
    });
    expect(log).toEqual(['delayed', 'posted when it was over']);
  });
});

describe('schedulerOf', () => {
  test('gives the one scheduler of a loop, whether or not the loop runs', async () => {
    const [loop, other] = [virtualLoop(), virtualLoop()];
    expect(schedulerOf(loop)).toBe(schedulerOf(loop));
    expect(schedulerOf(loop)).not.toBe(schedulerOf(other));
    const task = schedulerOf(loop).postTask(() => 'ran');
    expect(task.getLoop()).toBe(loop);
    expect(await loop.runUntilComplete(task)).toBe('ran');
  });

  test('refuses what is no loop', () => {
    const refusal = new InvalidArgumentError('schedulerOf() expects an event loop, got {}');
    expect(() => schedulerOf({} as HostEventLoop)).toThrow(refusal);
  });

  test('gives one that refuses work for a loop that is closed', () => {
    const loop = new HostEventLoop();
    loop.close();
    const refusal = new LoopClosedError('Event loop is closed');
    expect(() => schedulerOf(loop).postTask(() => 1)).toThrow(refusal);
    expect(() => schedulerOf(loop).yield()).toThrow(refusal);
  });
});

test('the scheduler of the running loop needs a running loop', () => {
  expect(() => scheduler.postTask(() => 1)).toThrow(NoRunningLoopError);
  expect(() => scheduler.yield()).toThrow(NoRunningLoopError);
});

test.for(kinds)('tasks run by priority on $title', async (kind) => {
  const loop = createLoop(kind);
  const log: string[] = [];
  const background = { priority: 'background' } as const;
  const tasks = (['background', 'user-visible', 'user-blocking'] as const).map((priority) =>
    schedulerOf(loop).postTask(() => log.push(priority), { priority }),
  );
  const late = schedulerOf(loop).postTask(() => log.push('late'), { delay: 5, ...background });
  const all = gather([...tasks, late]);
  await runUntilComplete(loop, all);
  expect(log).toEqual(['user-blocking', 'user-visible', 'background', 'late']);
});

describe('bad input is named:', () => {
  const call = (function* named(): Coroutine<void> {})();
  const plain = (): number => 1;
  const allowed = "must be one of 'user-blocking', 'user-visible', 'background', got";
  test.for([
    [7, {}, 'postTask() expects a function, got 7'],
    [undefined, {}, 'postTask() expects a function, got undefined'],
    [
      call,
      {},
      'postTask() expects a function, got Object [Generator] {}: ' +
        'give the generator function, and do not call it',
    ],
    [plain, 'background', "postTask() expects an object of options, got 'background'"],
    [plain, null, 'postTask() expects an object of options, got null'],
    [plain, { priority: 'urgent' }, `postTask(): priority ${allowed} 'urgent'`],
    [plain, { priority: null }, `postTask(): priority ${allowed} null`],
    [plain, { signal: 'stop' }, "postTask(): signal must be an AbortSignal, got 'stop'"],
    [plain, { delay: -1 }, delayMessage('-1')],
    [plain, { delay: Number.NaN }, delayMessage('NaN')],
    [plain, { delay: Infinity }, delayMessage('Infinity')],
    [plain, { delay: '5' }, delayMessage("'5'")],
  ] as const)('postTask(%o, %o)', ([fn, options, message]) => {
    const post = (): unknown =>
      schedulerOf(virtualLoop()).postTask(fn as () => void, options as SchedulerPostTaskOptions);
    expect(post).toThrow(new InvalidArgumentError(message));
  });
});

function delayMessage(got: string): string {
  return `postTask(): delay must be a number of milliseconds, 0 or more, got ${got}`;
}
