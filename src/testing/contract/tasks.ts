/**
 * The contract's chapter on futures and tasks, the contexts in which they run, and executors.
 * Runs on the thread of the loop that is tried. Finer points of tasks do not depend on the loop.
 */
import { strict as assert } from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { isCancelled } from '../../errors.js';
import type { Coroutine } from '../../loop/coroutine.js';
import { getRunningLoop } from '../../loop/current-loop.js';
import { allTasks, currentTask } from '../../loop/current-task.js';
import type { Executor } from '../../loop/executor.js';
import { makeTask } from '../../loop/task-factory.js';
import { Task } from '../../loop/task.js';
import { gather } from '../../tasks/gather.js';
import { sleep } from '../../tasks/sleep.js';
import { ConcurrentFuture } from '../../threads/concurrent-future.js';
import { remoteModule } from '../../threads/remote-function.js';
import type { Checks } from './trial.js';
import { throwsWith } from './trial.js';

const farSide = remoteModule<typeof import('./far-side.js')>(
  new URL('./far-side.js', import.meta.url),
);

/** Futures and coroutines. */
export const taskChecks: Checks = {
  'a future belongs to its loop, and tells its callbacks in the next batch': async (trial) => {
    const loop = trial.loop();
    const future = loop.createFuture<string>();
    const log: string[] = [];
    assert.equal(future.getLoop(), loop);
    future.addDoneCallback(() => log.push(future.result()));
    future.setResult('done');
    assert.deepEqual(log, []);
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['done']);
  },

  'a task begins in the next batch, and belongs to its loop': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const work = function* (): Coroutine<string> {
      log.push('began');
      yield* sleep(1);
      return 'value';
    };
    const task = loop.createTask(work(), { name: 'worker' });
    assert.ok(task instanceof Task);
    assert.equal(task.getLoop(), loop);
    assert.equal(task.getName(), 'worker');
    log.push('created');
    assert.equal(await trial.runUntilComplete(loop, task), 'value');
    assert.deepEqual(log, ['created', 'began']);
  },

  'a task is the current one in its steps, and among those of its loop': async (trial) => {
    const loop = trial.loop();
    const seen: unknown[] = [];
    const work = function* (): Coroutine<void> {
      yield* sleep(0);
      seen.push(currentTask() === task, allTasks().has(task), getRunningLoop() === loop);
      loop.callSoon(() => seen.push(currentTask() === null));
      yield* sleep(1);
    };
    const task: Task<void> = loop.createTask(work());
    await trial.runUntilComplete(loop, task);
    assert.deepEqual(seen, [true, true, true, true]);
    assert.equal(allTasks(loop).size, 0);
  },

  'a task tells its done callbacks before whoever awaits it goes on': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const work = function* (): Coroutine<void> {
      log.push('work');
      yield* sleep(0);
    };
    const main = function* (): Coroutine<void> {
      const task = loop.createTask(work());
      task.addDoneCallback(() => log.push('done'));
      log.push('created');
      yield* task;
      log.push('awaited');
    };
    await trial.runUntilComplete(loop, main());
    assert.deepEqual(log, ['created', 'work', 'done', 'awaited']);
  },

  'a task that is cancelled gets the error where it waits, and may clean up': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const work = function* (): Coroutine<void> {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(1);
        log.push('cleaned up');
      }
    };
    const task = loop.createTask(work());
    loop.callLater(1, () => task.cancel());
    await assert.rejects(trial.runUntilComplete(loop, task), isCancelled);
    assert.equal(task.cancelled(), true);
    assert.deepEqual(log, ['cleaned up']);
  },

  'tasks take turns by time': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const greet = function* (word: string, delayMs: number): Coroutine<string> {
      log.push(`${word} begins`);
      yield* sleep(delayMs);
      log.push(`${word} ends`);
      return word;
    };
    const main = function* (): Coroutine<string[]> {
      return yield* gather([greet('slow', 25), greet('fast', 1)]);
    };
    assert.deepEqual(await trial.runUntilComplete(loop, main()), ['slow', 'fast']);
    assert.deepEqual(log, ['slow begins', 'fast begins', 'fast ends', 'slow ends']);
  },

  'the task factory makes the tasks, until null brings ordinary ones back': async (trial) => {
    const loop = trial.loop();
    const made: unknown[] = [];
    assert.equal(loop.getTaskFactory(), null);
    loop.setTaskFactory((owner, work, options) => {
      made.push(owner);
      return makeTask(owner, work, options);
    });
    assert.equal(await trial.runUntilComplete(loop, loop.createTask(sleepFor(1))), 1);
    assert.deepEqual(made, [loop]);
    loop.setTaskFactory(null);
    assert.equal(await trial.runUntilComplete(loop, loop.createTask(sleepFor(2))), 2);
    assert.equal(made.length, 1);
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.setTaskFactory(7 as never));
  },

  'callbacks and tasks run in the async context of whoever scheduled them': async (trial) => {
    const loop = trial.loop();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const look = (): void => void seen.push(storage.getStore());
    const work = function* (): Coroutine<void> {
      yield* sleep(2);
      look();
      loop.stop();
    };
    storage.run('callback', () => loop.callSoon(look));
    loop.callSoon(look);
    storage.run('timer', () => loop.callLater(1, look));
    storage.run('task', () => void loop.createTask(work()));
    await storage.run('run', async () => trial.runForever(loop));
    assert.deepEqual(seen, ['callback', undefined, 'timer', 'task']);
  },
};

function* sleepFor(delayMs: number): Coroutine<number> {
  yield* sleep(delayMs);
  return delayMs;
}

/** `runInExecutor` and its kin. */
export const executorChecks: Checks = {
  'a function goes to the executor that is given, or to the default one': async (trial) => {
    const loop = trial.loop();
    const given = new EchoExecutor('given');
    const standard = new EchoExecutor('default');
    loop.setDefaultExecutor(standard);
    const main = function* (): Coroutine<unknown[]> {
      return [
        yield* loop.runInExecutor(given, farSide.echo, 1),
        yield* loop.runInExecutor(null, farSide.echo, 2),
      ];
    };
    const answers = await trial.runUntilComplete(loop, main());
    assert.deepEqual(answers, ['given echo(1)', 'default echo(2)']);
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.setDefaultExecutor({} as Executor));
  },

  'the default executor is shut down with the loop waiting for its end': async (trial) => {
    const loop = trial.loop();
    const executor = new EchoExecutor('default');
    loop.setDefaultExecutor(executor);
    await trial.runUntilComplete(loop, loop.shutdownDefaultExecutor());
    assert.equal(executor.isShutDown, true);
    throwsWith('ERR_INVALID_STATE', () => loop.runInExecutor(null, farSide.echo, 1));
  },

  'nothing goes to an executor once the loop is closed': (trial) => {
    const loop = trial.loop();
    const executor = new EchoExecutor('given');
    loop.close();
    throwsWith('ERR_LOOP_CLOSED', () => loop.runInExecutor(executor, farSide.echo, 1));
  },
};

/** Answers at once, with what it was asked. */
class EchoExecutor implements Executor {
  readonly #name: string;
  isShutDown = false;

  constructor(name: string) {
    this.#name = name;
  }

  submit(fn: object, args: readonly unknown[]): ConcurrentFuture<unknown> {
    const { name } = fn as { readonly name: string };
    return settled(`${this.#name} ${name}(${args.join(', ')})`);
  }

  shutdown(): ConcurrentFuture<unknown> {
    this.isShutDown = true;
    return settled(true);
  }
}

function settled(value: unknown): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  future.setResult(value);
  return future;
}
