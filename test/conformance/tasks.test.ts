/** asyncio's test_tasks: steps, names, contexts, sleeping. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Coroutine,
  currentTask,
  DifferentLoopError,
  InvalidArgumentError,
  InvalidStateError,
  isCancelled,
  LoopStoppedError,
  sleep,
  type Task,
} from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds } from './both-kinds.js';
import { errorOf, runOneTick } from './hearing.js';
import { doesNotApply, keepRows, scenario } from './scenario.js';

keepRows('tasks');

scenarioInBothKinds('A-049', 'a future of another loop cannot be awaited', async (stage) => {
  const foreign = stage.newLoop().createFuture<number>();
  const error = await stage.run(
    stage.work(function* (): Coroutine<unknown> {
      try {
        return yield* foreign;
      } catch (refusal) {
        return refusal;
      }
    }),
  );
  expect(error).toBeInstanceOf(DifferentLoopError);
  expect(String(error)).toMatch(/Task <Task .*> got Future <.*> attached to a different loop/);
});

scenarioInBothKinds('A-062', 'a run that is stopped leaves its task resumable', async (stage) => {
  const loop = stage.newLoop();
  let x = 0;
  const task = loop.createTask(
    stage.work(function* (): Coroutine<void> {
      for (;;) {
        yield* sleep(100);
        x += 1;
        if (x === 2) loop.stop();
      }
    }),
  );
  const startMs = loop.time();
  expect(await errorOf(() => stage.run(task, loop))).toEqual(
    new LoopStoppedError('Event loop stopped before Future completed.'),
  );
  expect([task.done(), x, loop.time() - startMs]).toEqual([false, 2, 200]);
  task.cancel();
  expect(isCancelled(await errorOf(() => stage.run(task, loop)))).toBe(true);
  expect(x).toBe(2);
});

scenarioInBothKinds('A-079', 'sleep(0) lets one tick pass, and gives its value', async (stage) => {
  const loop = stage.newLoop();
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      let count = 0;
      loop.callSoon(() => (count += 1));
      expect(count).toBe(0);
      expect(yield* sleep(0, 10)).toBe(10);
      expect(count).toBe(1);
      expect(yield* sleep(-1, 'neg')).toBe('neg');
      expect(() => sleep(Number.NaN)).toThrow(
        new InvalidArgumentError('Invalid delay: NaN (not a number)'),
      );
    }),
    loop,
  );
});

scenarioInBothKinds('A-084', 'a task has the context of its creation', async (stage) => {
  const loop = stage.newLoop();
  const variable = new AsyncLocalStorage<string>();
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      variable.enterWith('nope');
      const sub = loop.createTask(
        stage.work(function* (): Coroutine<(string | undefined)[]> {
          yield* sleep(0);
          const before = variable.getStore();
          variable.enterWith('something else');
          return [before, variable.getStore()];
        }),
      );
      variable.enterWith('yes');
      const seen = yield* sub;
      expect(seen[0]).toBe('nope');
      expect(variable.getStore()).toBe('yes');
    }),
    loop,
  );
});

scenarioInBothKinds('S-1.7-1', 'a context that is given is used as it is', async (stage) => {
  const loop = stage.newLoop();
  const variable = new AsyncLocalStorage<{ value: number | null }>();
  const holder: { value: number | null } = { value: null };
  const context = variable.run(holder, () => AsyncLocalStorage.snapshot());
  const seen: unknown[] = [];
  for (const next of [1, 2]) {
    const steps = stage.work(function* (): Coroutine<void> {
      const store = variable.getStore();
      seen.push(store?.value);
      yield* sleep(0);
      if (store !== undefined) store.value = next;
    });
    await stage.run(loop.createTask(steps, { context }), loop);
  }
  // Node's contexts are immutable; what is shared is the store that a context leads to.
  expect([...seen, holder.value]).toEqual([null, 1, 2]);
});

scenarioInBothKinds('A-086', 'tasks have names, and are no futures to be set', async (stage) => {
  const loop = stage.newLoop();
  const make = (options?: { name: unknown }): Task<void> =>
    loop.createTask(
      stage.work(function* (): Coroutine<void> {
        yield* sleep(0);
      }),
      options,
    );
  const [first, second] = [make(), make()];
  const numbers = [first, second].map((task) => Number(/^Task-(\d+)$/.exec(task.getName())?.[1]));
  expect(numbers[1]).toBeGreaterThan(numbers[0] as number);
  const named = make({ name: 987_654_321 });
  expect(named.getName()).toBe('987654321');
  named.setName(new Set([6]));
  expect(named.getName()).toBe('Set(1) { 6 }');
  expect(() => loop.createTask(123 as never)).toThrow(
    new InvalidArgumentError('a coroutine was expected, got 123'),
  );
  expect(() => named.setResult()).toThrow(
    new InvalidStateError('Task does not support set_result operation'),
  );
  expect(() => named.setException(new Error('no'))).toThrow(
    new InvalidStateError('Task does not support set_exception operation'),
  );
  for (const task of [first, second, named]) await stage.run(task, loop);
});

scenarioInBothKinds('A-087', 'a done callback runs before the one who awaits', async (stage) => {
  const loop = stage.newLoop();
  const log: string[] = [];
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const task = loop.createTask(
        stage.work(function* (): Coroutine<void> {
          log.push('body');
          yield* [];
        }),
      );
      task.addDoneCallback(() => log.push('done'));
      log.push('created');
      yield* task;
      log.push('awaited');
    }),
    loop,
  );
  expect(log).toEqual(['created', 'body', 'done', 'awaited']);
});

doesNotApply(
  'A-089',
  'a step of a task whose future was settled by force is reported',
  'nobody can settle a task from outside: its future part is private, and setResult() refuses',
);

scenario('S-1.7-2', 'a task cannot wait for itself', async ({ newLoop, run }) => {
  const loop = newLoop();
  const error = await run(
    (function* (): Coroutine<unknown> {
      try {
        return yield* currentTask() as Task<unknown>;
      } catch (refusal) {
        return refusal;
      }
    })(),
    loop,
  );
  expect(String(error)).toMatch(/Task cannot await on itself: <Task pending .*>/);
});

scenario('S-1.7-3', 'what a coroutine may not yield is raised in it', async ({ newLoop, run }) => {
  const loop = newLoop();
  const messages = await run(
    (function* (): Coroutine<string[]> {
      const texts: string[] = [];
      for (const junk of [loop.createFuture(), 'junk'] as unknown[]) {
        try {
          yield junk as never;
        } catch (error) {
          texts.push((error as Error).message);
        }
      }
      return texts;
    })(),
    loop,
  );
  expect(messages[0]).toMatch(
    /^yield was used instead of yield\* in task <Task .*> with <Future pending>$/,
  );
  expect(messages[1]).toBe("Task got bad yield: 'junk'");
});

scenarioInBothKinds('S-1.7-4', 'a task prints its state, name and outcome', async (stage) => {
  const loop = stage.newLoop();
  const future = loop.createFuture<number>();
  const task = loop.createTask(
    stage.work(function* (): Coroutine<number> {
      return yield* future;
    }),
    { name: 'printed' },
  );
  const callback = function whenDone(): void {};
  task.addDoneCallback(callback);
  expect(String(task)).toMatch(/^<Task pending name='printed'.* cb=\[whenDone\(\)\]>$/);
  await runOneTick(loop);
  task.cancel();
  expect(String(task)).toMatch(/^<Task cancelling name='printed'/);
  expect(await errorOf(() => stage.run(task, loop))).toSatisfy(isCancelled);
  expect(String(task)).toMatch(/^<Task cancelled name='printed'.*>$/);
});

scenario('S-1.7-5', 'a task that waits prints what it waits for', async ({ newLoop, run }) => {
  const loop = newLoop();
  const future = loop.createFuture<number>();
  const waiting = loop.createTask(
    (function* waiter(): Coroutine<number> {
      return yield* future;
    })(),
    { name: 'printed' },
  );
  await runOneTick(loop);
  expect(String(waiting)).toMatch(/^<Task pending name='printed' .*wait_for=<Future pending>/);
  future.setResult(3);
  expect(await run(waiting, loop)).toBe(3);
  expect(String(waiting)).toMatch(/^<Task finished name='printed' .*result=3>$/);
});

scenario('S-1.7-6', 'in debug mode a task says where it was created', async ({ newLoop, run }) => {
  const loop = newLoop();
  loop.setDebug(true);
  const task = loop.createTask(
    (function* (): Coroutine<void> {
      yield* sleep(0);
    })(),
  );
  expect(String(task)).toMatch(/ created at .*tasks\.test\.ts:\d+>$/);
  await run(task, loop);
});
