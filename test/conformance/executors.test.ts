/**
 * asyncio's test_threads, and what its other tests say of executors. The functions run in real
 * threads, so a blocking loop has the clock of the host here: virtual time would jump past them.
 */
import {
  BlockingEventLoop,
  type Coroutine,
  type EventLoop,
  gather,
  getRunningLoop,
  InvalidArgumentError,
  InvalidStateError,
  LoopClosedError,
  PiscinaExecutor,
  toThread,
} from 'threadloop';
import { expect, vi } from 'vitest';
import { jobs } from '../executors/executors.js';
import { newFlag, raise } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { scenarioInBothKinds } from './both-kinds.js';
import { keepRows, scenario, type Stage } from './scenario.js';

keepRows('executors');

const poolSize = 2;

/** A loop of the stage's kind with an executor of its own. */
function loopWithThreads({ kind, newLoop }: Stage): [EventLoop, PiscinaExecutor] {
  const loop = kind === 'blocking' ? new BlockingEventLoop() : newLoop();
  const executor = new PiscinaExecutor({ maxThreads: poolSize, graceMs: Infinity });
  loop.setDefaultExecutor(executor);
  return [loop, executor];
}

/** As asyncio's tests end. */
async function endWithThreads({ run }: Stage, loop: EventLoop): Promise<void> {
  await run(loop.shutdownDefaultExecutor(), loop);
  loop.close();
}

scenarioInBothKinds('A-162', 'toThread() runs a function in another thread', async (stage) => {
  const [loop] = loopWithThreads(stage);
  const steps = function* (): Coroutine<void> {
    expect(yield* toThread(jobs.add, 40, 2)).toBe(42);
    // Named arguments are an object here.
    expect(yield* toThread(jobs.echo, { start: 40, stop: 42 })).toEqual({ start: 40, stop: 42 });
    let error: unknown;
    try {
      yield* toThread(jobs.failWithAll);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'too far', cause: new TypeError('the cause') });
    const count = 10;
    const order = new Int32Array(new SharedArrayBuffer(4 * (count + 1)));
    const indices = Array.from({ length: count }, (_, index) => index);
    yield* gather(indices.map((index) => toThread(jobs.note, order, index)));
    const numbers = [...order.subarray(0, count)].sort((a, b) => a - b);
    expect(numbers).toEqual(indices.map((index) => index + 1));
  };
  await stage.run(stage.work(steps), loop);
  await endWithThreads(stage, loop);
});

scenario('A-019', 'the default executor has to be an executor', ({ newLoop }) => {
  const loop = newLoop();
  const error = new InvalidArgumentError('executor must be Executor instance');
  for (const executor of [{}, null, () => undefined]) {
    expect(() => loop.setDefaultExecutor(executor as never)).toThrow(error);
  }
});

scenario('A-029', 'an executor that ends late leaves a closed loop alone', async (stage) => {
  const [loop, executor] = loopWithThreads(stage);
  const [started, allowed] = [newFlag(), newFlag()];
  const future = loop.runInExecutor(null, jobs.block, started, allowed);
  await eventually(() => Atomics.load(started, 0) === 1);
  future.cancel();
  // A loop that blocks its thread has nobody who hears of the end, until it runs again.
  const ended = executor.shutdown();
  loop.close();
  const calls = [vi.spyOn(loop, 'callSoon'), vi.spyOn(loop, 'callSoonThreadsafe')];
  raise(allowed);
  await ended;
  expect(future.cancelled()).toBe(true);
  for (const call of calls) expect(call).not.toHaveBeenCalled();
});

scenario('S-1.2-10', 'after shutdownDefaultExecutor() no more calls are taken', async (stage) => {
  const [loop] = loopWithThreads(stage);
  const future = loop.runInExecutor(null, jobs.add, 1, 1);
  await stage.run(loop.shutdownDefaultExecutor(), loop);
  expect(future.result()).toBe(2);
  const call = (): unknown => loop.runInExecutor(null, jobs.add, 1, 1);
  expect(call).toThrow(new InvalidStateError('Executor shutdown has been called'));
  loop.close();
  expect(call).toThrow(new LoopClosedError('Event loop is closed'));
});

scenario('S-1.2-11', 'a shutdown of the executor that takes too long warns', async (stage) => {
  const [loop] = loopWithThreads(stage);
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const started = newFlag();
  const future = loop.runInExecutor(null, jobs.spin, started);
  await eventually(() => Atomics.load(started, 0) === 1);
  await stage.run(loop.shutdownDefaultExecutor(10), loop);
  expect(warn.mock.calls).toEqual([
    ['The executor did not finishing joining its threads within 0.01 seconds.', 'RuntimeWarning'],
  ]);
  warn.mockRestore();
  // Where asyncio leaves the thread to itself, ours is ended.
  await expect(stage.run(future, loop)).rejects.toThrow('Executor shutdown');
  loop.close();
});

scenarioInBothKinds('S-1.3-3', 'a cancelled call is cancelled at once', async (stage) => {
  const [loop] = loopWithThreads(stage);
  const order = new Int32Array(new SharedArrayBuffer(8));
  const allowed = newFlag();
  const steps = function* (): Coroutine<void> {
    const call = getRunningLoop();
    const running = Array.from({ length: poolSize }, () =>
      call.runInExecutor(null, jobs.block, newFlag(), allowed),
    );
    const waiting = call.runInExecutor(null, jobs.note, order, 0);
    expect(waiting.cancel()).toBe(true);
    expect(waiting.cancelled()).toBe(true);
    expect(running[0]?.cancel()).toBe(true);
    expect(running[0]?.cancelled()).toBe(true);
    raise(allowed);
    yield* gather(running.slice(1));
  };
  await stage.run(stage.work(steps), loop);
  await endWithThreads(stage, loop);
  // The one that had not started never did.
  expect([...order]).toEqual([0, 0]);
});
