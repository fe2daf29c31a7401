/** asyncio's test_base_events: scheduling, stopping, running, the exception handler. */
import {
  type Coroutine,
  DifferentLoopError,
  ensureFuture,
  Future,
  InvalidArgumentError,
  LoopClosedError,
  sleep,
  Task,
} from 'threadloop';
import { expect } from 'vitest';
import { errorOf, hear, hearConsole, runOneTick } from './hearing.js';
import { doesNotApply, keepRows, scenario } from './scenario.js';

keepRows('base-events');

scenario(
  'A-001',
  'callbacks run in order, and stop() lets the batch finish',
  async ({ newLoop }) => {
    const loop = newLoop();
    const log: string[] = [];
    loop.callSoon(() => {
      log.push('a');
      loop.callSoon(() => log.push('a2'));
    });
    loop.callSoon(() => {
      log.push('b');
      loop.stop();
      loop.callSoon(() => log.push('b2'));
    });
    loop.callSoon(() => log.push('c'));
    await loop.runForever();
    expect(log).toEqual(['a', 'b', 'c']);
    loop.stop();
    await loop.runForever();
    expect(log).toEqual(['a', 'b', 'c', 'a2', 'b2']);
  },
);

scenario('A-002', 'a loop that was stopped before runs one tick, once', async ({ newLoop }) => {
  const loop = newLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push('first');
    loop.callSoon(() => log.push('second'));
  });
  loop.callLater(60_000, () => log.push('never'));
  loop.stop();
  await loop.runForever();
  expect(log).toEqual(['first']);
  expect(loop.isRunning()).toBe(false);
  loop.callSoon(() => loop.callSoon(() => loop.stop()));
  await loop.runForever();
  // The second run went on past its first tick.
  expect(log).toEqual(['first', 'second']);
});

scenario('A-004', 'a missing time is refused', ({ newLoop }) => {
  const loop = newLoop();
  const none = null as unknown as number;
  const f = (): void => {};
  expect(() => loop.callLater(none, f)).toThrow(new InvalidArgumentError('delay must not be None'));
  expect(() => loop.callAt(none, f)).toThrow(new InvalidArgumentError('when cannot be None'));
});

scenario('A-007', 'what a timer schedules waits for the next tick', async ({ newLoop }) => {
  const loop = newLoop();
  const log: string[] = [];
  loop.callLater(0, () => {
    log.push('timer');
    loop.callSoon(() => log.push('x'));
  });
  await runOneTick(loop);
  expect(log).toEqual(['timer']);
  await runOneTick(loop);
  expect(log).toEqual(['timer', 'x']);
});

scenario('A-009', 'what cannot be awaited here is refused', async ({ newLoop }) => {
  const [loop, other] = [newLoop(), newLoop()];
  expect(await errorOf(() => loop.runUntilComplete('blah'))).toBeInstanceOf(InvalidArgumentError);
  const foreign = await errorOf(() => loop.runUntilComplete(other.createFuture()));
  expect(foreign).toEqual(
    new DifferentLoopError(
      'The future belongs to a different loop than the one specified as the loop argument',
    ),
  );
});

doesNotApply(
  'A-011',
  'KeyboardInterrupt in a coroutine leaves the loop',
  'whatever is thrown ends the task, for JavaScript has one kind of exception; see A-147',
);

scenario('A-012', 'an error of a callback is reported, and the loop goes on', async (stage) => {
  const loop = stage.newLoop();
  const reports = hear(loop);
  const failure = new RangeError('division by zero');
  const log: string[] = [];
  loop.callSoon(function divide() {
    throw failure;
  });
  loop.callSoon(() => log.push('later'));
  await runOneTick(loop);
  expect(log).toEqual(['later']);
  expect(reports).toHaveLength(1);
  expect(Object.keys(reports[0] ?? {}).sort()).toEqual(['exception', 'handle', 'message']);
  expect(reports[0]?.exception).toBe(failure);
  expect(reports[0]?.message).toMatch(/^Exception in callback .*divide/);
});

scenario('A-014', 'a handler that throws is reported itself', async ({ newLoop }) => {
  const loop = newLoop();
  const records = hearConsole();
  loop.setExceptionHandler(() => {
    throw new TypeError('the handler');
  });
  loop.callSoon(() => {
    throw new RangeError('the original');
  });
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  expect(records).toHaveLength(1);
  expect(records[0]).toMatch(/^Unhandled error in exception handler/);
  expect(records[0]).toMatch(/context: .*RangeError: the original/s);
  expect(records[0]).toMatch('TypeError: the handler');
});

scenario('A-016', 'a task factory decides what createTask makes', async ({ newLoop }) => {
  class MyTask<T> extends Task<T> {}
  const loop = newLoop();
  expect(() => loop.setTaskFactory(3 as never)).toThrow(
    new InvalidArgumentError('task factory must be a callable or None'),
  );
  expect(loop.getTaskFactory()).toBe(null);
  function* work(): Coroutine<number> {
    yield* sleep(0);
    return 1;
  }
  loop.setTaskFactory((on, coroutine, options) => new MyTask(coroutine, on, options));
  const mine = loop.createTask(work());
  loop.setTaskFactory(null);
  const plain = loop.createTask(work());
  expect(mine).toBeInstanceOf(MyTask);
  expect(plain).not.toBeInstanceOf(MyTask);
  expect([await loop.runUntilComplete(mine), await loop.runUntilComplete(plain)]).toEqual([1, 1]);
});

scenario('A-017', 'a closed loop takes no coroutine, and closes it', ({ newLoop }) => {
  const loop = newLoop();
  loop.close();
  function* work(): Coroutine<void> {
    yield* new Future<void>({ loop });
  }
  const coroutine = work();
  expect(() => ensureFuture(coroutine, { loop })).toThrow(
    new LoopClosedError('Event loop is closed'),
  );
  expect(coroutine.next()).toEqual({ done: true, value: undefined });
});
