// In which order posted tasks, continuations, callbacks and timers run.

import {
  type Coroutine,
  type Future,
  gather,
  HostEventLoop,
  scheduler,
  schedulerOf,
  TaskController,
  type TaskFunction,
  type TaskPriority,
  TaskSignal,
} from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, virtualLoop } from '../loop/fixtures.js';

const priorities: readonly TaskPriority[] = ['background', 'user-visible', 'user-blocking'];

/** Posts tasks that note their names, waits for all, and gives the notes. */
async function order(
  post: (note: (text: string) => () => void, log: string[]) => readonly Future<unknown>[],
): Promise<string> {
  const loop = virtualLoop();
  const log: string[] = [];
  await loop.runUntilComplete(async () =>
    gather(post((text: string) => () => void log.push(text), log)),
  );
  return log.join(' ');
}

describe('tasks run', () => {
  test('by priority, and by age where it is the same', async () => {
    const ran = await order((note) =>
      [1, 2].flatMap((number) =>
        priorities.map((priority) =>
          scheduler.postTask(note(`${priority}-${number}`), { priority }),
        ),
      ),
    );
    expect(ran).toBe(
      'user-blocking-1 user-blocking-2 user-visible-1 user-visible-2 background-1 background-2',
    );
  });

  test('as user-visible where nothing is said, also with a plain abort signal', async () => {
    const { signal } = new AbortController();
    const ran = await order((note) => [
      scheduler.postTask(note('background'), { priority: 'background' }),
      scheduler.postTask(note('nothing said')),
      scheduler.postTask(note('user-visible'), { priority: 'user-visible' }),
      scheduler.postTask(note('signal'), { signal }),
      scheduler.postTask(note('user-blocking'), { priority: 'user-blocking' }),
    ]);
    expect(ran).toBe('user-blocking nothing said user-visible signal background');
  });

  test('by the priority of their signal, unless they have one of their own', async () => {
    const background = new TaskController({ priority: 'background' }).signal;
    const urgent = TaskSignal.any([], { priority: 'user-blocking' });
    const ran = await order((note) => [
      scheduler.postTask(note('background'), { signal: background }),
      scheduler.postTask(note('own'), { signal: background, priority: 'user-visible' }),
      scheduler.postTask(note('urgent'), { signal: urgent }),
    ]);
    expect(ran).toBe('urgent own background');
  });

  test('by age also when some are posted by tasks that run', async () => {
    const ran = await order((note, log) => [
      scheduler.postTask(() => {
        log.push('first');
        return gather([
          scheduler.postTask(note('urgent'), { priority: 'user-blocking' }),
          scheduler.postTask(note('third')),
        ]);
      }),
      scheduler.postTask(note('second')),
    ]);
    expect(ran).toBe('first urgent second third');
  });
});

test('a task posted inside another does not inherit its priority', async () => {
  const ran = await order((note) => [
    scheduler.postTask(
      () => gather([scheduler.postTask(note('inner')), scheduler.postTask(note('inner, named'))]),
      { priority: 'user-blocking' },
    ),
    scheduler.postTask(note('visible'), { priority: 'user-visible' }),
  ]);
  expect(ran).toBe('visible inner inner, named');
});

describe('callSoon', () => {
  test('stays first in, first out, whatever is posted', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const posted = [1, 2].map((number) =>
      schedulerOf(loop).postTask(() => log.push(`task ${number}`), { priority: 'user-blocking' }),
    );
    for (const number of [1, 2, 3]) loop.callSoon(() => log.push(`callback ${number}`));
    await loop.runUntilComplete(gather(posted));
    expect(log).toEqual(['task 1', 'callback 1', 'callback 2', 'callback 3', 'task 2']);
  });

  test('has its turn between any two tasks, however many wait', async () => {
    const loop = virtualLoop();
    let [taskCount, callbackCount] = [0, 0];
    const tick = (): void => {
      callbackCount += 1;
      expect(taskCount).toBeLessThanOrEqual(callbackCount);
      if (taskCount < 100) loop.callSoon(tick);
    };
    const tasks = Array.from({ length: 100 }, () =>
      schedulerOf(loop).postTask(() => (taskCount += 1), { priority: 'user-blocking' }),
    );
    loop.callSoon(tick);
    await loop.runUntilComplete(gather(tasks));
    expect([taskCount, callbackCount >= 100]).toEqual([100, true]);
  });

  test('is asked for one handle per task, and none when nothing waits', async () => {
    const loop = virtualLoop();
    schedulerOf(loop);
    expect(loop.pendingCount()).toBe(0);
    const tasks = Array.from({ length: 100 }, () => schedulerOf(loop).postTask(() => {}));
    expect(loop.pendingCount()).toBe(1);
    await loop.runUntilComplete(gather(tasks));
    expect(loop.pendingCount()).toBe(0);
  });
});

test('a timer that is due runs after at most one more task', async () => {
  const clock = new VirtualClock();
  const loop = closedAfterwards(new HostEventLoop({ clock }));
  const log: string[] = [];
  const tasks = [1, 2, 3].map((number) =>
    schedulerOf(loop).postTask(
      () => {
        log.push(`task ${number}`);
        clock.advance(10);
      },
      { priority: 'user-blocking' },
    ),
  );
  loop.callLater(10, () => log.push('timer'));
  await loop.runUntilComplete(gather(tasks));
  expect(log).toEqual(['task 1', 'task 2', 'timer', 'task 3']);
});

describe('yield() goes on', () => {
  const short = { 'user-blocking': 'ub', 'user-visible': 'uv', background: 'bg' };
  const expected = {
    'user-blocking': 'y1 y2 y3 y4 ub1 ub2 uv1 uv2 bg1 bg2',
    'user-visible': 'ub1 ub2 y1 y2 y3 y4 uv1 uv2 bg1 bg2',
    background: 'ub1 ub2 uv1 uv2 y1 y2 y3 y4 bg1 bg2',
  };
  const wrapped = async (): Promise<undefined> => scheduler.yield();
  const wrappedTwice = async (): Promise<undefined> => wrapped();

  const works: readonly [string, (note: (text: string) => void) => TaskFunction<void>][] = [
    ['an async function', (note) => async () => repeat(note, () => scheduler.yield())],
    ['an async function that wraps it', (note) => async () => repeat(note, wrappedTwice)],
    [
      'a coroutine',
      (note) =>
        function* (): Coroutine<void> {
          for (const part of [1, 2, 3]) {
            note(`y${part}`);
            yield* scheduler.yield();
          }
          note('y4');
        },
    ],
  ];

  async function repeat(
    note: (text: string) => void,
    pause: () => PromiseLike<unknown>,
  ): Promise<void> {
    for (const part of [1, 2, 3]) {
      note(`y${part}`);
      await pause();
    }
    note('y4');
  }

  describe.for(works)('in %s', ([, work]) => {
    test.for(priorities)('before other tasks that are %s', async (priority) => {
      const ran = await order((note, log) => {
        const yielding = scheduler.postTask(
          work((text) => log.push(text)),
          { priority },
        );
        const others = priorities.flatMap((each) =>
          [1, 2].map((number) =>
            scheduler.postTask(note(`${short[each]}${number}`), { priority: each }),
          ),
        );
        return [yielding, ...others];
      });
      expect(ran).toBe(expected[priority]);
    });
  });

  test('as user-visible outside any task', async () => {
    const ran = await order((note, log) => {
      const tasks = priorities.map((priority) =>
        scheduler.postTask(note(short[priority]), { priority }),
      );
      const yielding = scheduler.yield();
      yielding.addDoneCallback(() => log.push('yielded'));
      return [...tasks, yielding];
    });
    expect(ran).toBe('ub yielded uv bg');
  });

  test('by age among those that yielded', async () => {
    const ran = await order((note, log) =>
      ['a', 'b']
        .map((name) =>
          scheduler.postTask(async () => {
            for (const part of [1, 2, 3]) {
              log.push(`${name}${part}`);
              await scheduler.yield();
            }
          }),
        )
        .concat([scheduler.postTask(note('last'))]),
    );
    // The second task is no continuation: it begins when the first has ended.
    expect(ran).toBe('a1 a2 a3 b1 b2 b3 last');
  });

  test('after callbacks that were scheduled before it', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    await loop.runUntilComplete(
      schedulerOf(loop).postTask(async () => {
        loop.callSoon(() => log.push('callback'));
        loop.callLater(0, () => log.push('timer'));
        await scheduler.yield();
        log.push('continuation');
      }),
    );
    expect(log).toEqual(['callback', 'timer', 'continuation']);
  });

  test('after a more urgent task that was posted later', async () => {
    const ran = await order((note, log) => [
      scheduler.postTask(async () => {
        const urgent = scheduler.postTask(note('urgent'), { priority: 'user-blocking' });
        const equal = scheduler.postTask(note('equal'));
        await scheduler.yield();
        log.push('continuation');
        await gather([urgent, equal]);
      }),
    ]);
    expect(ran).toBe('urgent continuation equal');
  });
});
