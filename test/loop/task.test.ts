import {
  type Coroutine,
  DifferentLoopError,
  type Future,
  InvalidArgumentError,
  InvalidAwaitError,
  InvalidStateError,
  sleep,
  Task,
} from 'threadloop';
import type { Suspension } from 'threadloop/lowlevel';
import { describe, expect, test } from 'vitest';
import { hostLoop, runOneTick, virtualLoop } from './fixtures.js';
import { kindsOfWork } from './kinds-of-work.js';

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

describe('creating a task', () => {
  test('takes a coroutine, or a function of any kind', async () => {
    const loop = virtualLoop();
    const works = [
      answer('coroutine'),
      () => answer('function that makes a coroutine'),
      async () => 'async function',
      () => Promise.resolve('function that makes a promise'),
      () => sleep(1, 'function that makes a future'),
      () => 'plain function',
    ];
    const results: string[] = [];
    for (const work of works) {
      const task: Task<string> = loop.createTask<string>(work);
      expect(task).toBeInstanceOf(Task);
      results.push(await loop.runUntilComplete(task));
    }
    expect(results).toEqual([
      'coroutine',
      'function that makes a coroutine',
      'async function',
      'function that makes a promise',
      'function that makes a future',
      'plain function',
    ]);
  });

  test.for(kindsOfWork)('begins %s at the next tick, in order', async ([, make]) => {
    const loop = hostLoop();
    const log: string[] = [];
    const steps = (word: string) =>
      function* (): Coroutine<void> {
        log.push(word);
      };
    loop.callSoon(() => log.push('before'));
    const tasks = [loop.createTask(make(steps('one'))), loop.createTask(make(steps('two')))];
    loop.callSoon(() => log.push('after'));
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['before', 'one', 'two', 'after']);
    for (const task of tasks) await loop.runUntilComplete(task);
  });

  test('refuses what cannot be run, and says what to do', () => {
    const loop = hostLoop();
    const create = (work: unknown) => () => loop.createTask(work as () => void);
    expect(create(123)).toThrow(InvalidArgumentError);
    expect(create(123)).toThrow('a coroutine was expected, got 123');
    expect(create(undefined)).toThrow('a coroutine was expected, got undefined');
    expect(create(Promise.resolve())).toThrow(/a coroutine was expected.*use ensureFuture\(\)/);
    expect(create(loop.createFuture())).toThrow(/got <Future pending>: .*ensureFuture\(\)/);
    expect(create(answer)).toThrow(/got the generator function 'answer': call it, answer\(…\)/);
    expect(create(function* () {})).toThrow(/generator function.*call it/);
    expect(loop.pendingCount()).toBe(0);
  });

  test('refuses a coroutine that another task runs', async () => {
    const loop = virtualLoop();
    const coroutine = answer('once');
    const task = loop.createTask(coroutine);
    const text = 'coroutine is being awaited already';
    expect(() => loop.createTask(coroutine)).toThrow(InvalidAwaitError);
    expect(() => loop.createTask(coroutine)).toThrow(text);
    const indirect = loop.createTask(() => coroutine);
    await expect(loop.runUntilComplete(indirect)).rejects.toThrow(text);
    expect(await loop.runUntilComplete(task)).toBe('once');
    expect(() => loop.createTask(coroutine)).toThrow(text);
  });
});

describe('the name of a task', () => {
  test('is a number that grows, unless one is given', () => {
    const loop = hostLoop();
    const names = [1, 2, 3].map(() => loop.createTask(() => 1).getName());
    const numbers = names.map((name) => Number(/^Task-(\d+)$/.exec(name)?.[1]));
    expect(numbers[1]).toBe((numbers[0] ?? NaN) + 1);
    expect(numbers[2]).toBe((numbers[1] ?? NaN) + 1);
  });

  test('is text, whatever is given', () => {
    const loop = hostLoop();
    const task = loop.createTask(() => 1, { name: 987_654_321 });
    expect(task.getName()).toBe('987654321');
    task.setName('crawler');
    expect(task.getName()).toBe('crawler');
    task.setName(['a', 1]);
    expect(task.getName()).toMatch(/a.*1/);
  });
});

describe('a task', () => {
  test.for(kindsOfWork)('of %s fails with what it throws, whatever that is', async ([, make]) => {
    const loop = virtualLoop();
    for (const reason of [new RangeError('out of reach'), 'a text', undefined]) {
      const task = loop.createTask(
        make(function* (): Coroutine<void> {
          yield* sleep(1);
          throw reason;
        }),
      );
      const seen = await loop.runUntilComplete(task).then(
        () => 'no error',
        (error: unknown) => error,
      );
      expect(seen).toBe(reason);
      expect(task.exception()).toBe(reason);
      expect(task.cancelled()).toBe(false);
    }
  });

  test.for(kindsOfWork)('of %s can be awaited by many', async ([, make]) => {
    const loop = virtualLoop();
    const work = loop.createTask(() => answer('shared'));
    const wait = function* (): Coroutine<string> {
      return yield* work;
    };
    const waiting = [1, 2, 3].map(() => loop.createTask(make(wait)));
    for (const task of waiting) expect(await loop.runUntilComplete(task)).toBe('shared');
  });

  test('takes no result and no error from outside', () => {
    const task = hostLoop().createTask(() => 1);
    expect(() => task.setResult(1)).toThrow(InvalidStateError);
    expect(() => task.setResult(1)).toThrow('Task does not support set_result operation');
    expect(() => task.setException(new Error())).toThrow(
      'Task does not support set_exception operation',
    );
  });

  test('prints its state, its name and what it waits for', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    const wait = function* (): Coroutine<void> {
      yield* future;
    };
    const task = loop.createTask(wait(), { name: 'waiter' });
    expect(String(task)).toMatch(/^<Task pending name='waiter'/);
    await runOneTick(loop);
    expect(String(task)).toMatch(/wait_for=<Future pending>/);
    task.cancel();
    expect(String(task)).toMatch(/^<Task cancelling name='waiter'/);
    await expect(loop.runUntilComplete(task)).rejects.toThrow();
    expect(String(task)).toBe("<Task cancelled name='waiter'>");
    const [named, nameless] = [
      loop.createTask(async function fetchAll() {}),
      loop.createTask(async () => {}),
    ];
    expect(String(named)).toMatch(/^<Task pending .* coro=<fetchAll\(\)>/);
    expect(String(nameless)).toMatch(/^<Task pending .* coro=<anonymous\(\)>/);
    const done = loop.createTask(() => 42, { name: 'quick' });
    await loop.runUntilComplete(done);
    expect(String(done)).toBe("<Task finished name='quick' result=42>");
  });
});

describe('a wait in a task', () => {
  test.for(kindsOfWork)(
    'in %s is refused for a future of another loop, which the error names',
    async ([, make]) => {
      const loop = virtualLoop();
      const foreign: Future<void> = hostLoop().createFuture();
      let caught: unknown;
      const work = make(function* (): Coroutine<string> {
        yield* sleep(1);
        try {
          yield* foreign;
        } catch (error) {
          caught = error;
        }
        yield* sleep(1);
        return 'went on';
      });
      const task = loop.createTask(work, { name: 'stranger' });
      expect(await loop.runUntilComplete(task)).toBe('went on');
      expect(caught).toBeInstanceOf(DifferentLoopError);
      expect(String(caught)).toMatch(
        /Task <.*stranger.*> got Future <Future pending> attached to a different loop$/,
      );
    },
  );

  test.for(kindsOfWork)('in %s is refused for the task itself', async ([, make]) => {
    const loop = virtualLoop();
    const steps = function* (): Coroutine<void> {
      yield* task;
    };
    const task: Task<void> = loop.createTask(make(steps), { name: 'narcissus' });
    const running = loop.runUntilComplete(task);
    await expect(running).rejects.toThrow(InvalidAwaitError);
    await expect(running).rejects.toThrow(/Task cannot await on itself: <Task .*narcissus/);
  });

  test('of a coroutine is refused for a future that is yielded without its star', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    const task = loop.createTask(
      (function* (): Coroutine<void> {
        yield future;
      })(),
      { name: 'starless' },
    );
    const running = loop.runUntilComplete(task);
    await expect(running).rejects.toThrow(InvalidAwaitError);
    await expect(running).rejects.toThrow(
      /yield was used instead of yield\* in task <Task .*starless.*> with <Future pending>/,
    );
  });

  test.for([
    [5, '5'],
    ['text', "'text'"],
    [Promise.resolve(), '[Promise]'],
    [{}, '{}'],
  ] as const)('of a coroutine is refused for %s', async ([junk, text]) => {
    const loop = virtualLoop();
    const work = function* (): Coroutine<string> {
      try {
        yield junk as unknown as Suspension;
      } catch (error) {
        return String(error);
      }
      return 'no error';
    };
    const error = await loop.runUntilComplete(work());
    expect(error).toMatch(`InvalidAwaitError: Task got bad yield: ${text}`);
  });

  test('of a coroutine does not look at what it waits for, beyond need', async () => {
    const loop = virtualLoop();
    let prints = 0;
    class Loud extends Task<void> {
      override toString(): string {
        prints += 1;
        return 'loud';
      }
    }
    const loud = new Loud(answer(undefined), loop);
    const wait = function* (): Coroutine<void> {
      yield* loud;
    };
    await loop.runUntilComplete(wait());
    // Printing costs more than waiting does.
    expect(prints).toBe(0);
  });
});
