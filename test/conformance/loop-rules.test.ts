/** Rules of the loop that no listed scenario tells: ticks, running, closing, scheduling. */
import { inspect } from 'node:util';
import {
  type Coroutine,
  getEventLoop,
  getRunningLoop,
  LoopClosedError,
  LoopRunningError,
  newEventLoop,
  setEventLoop,
  sleep,
} from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds } from './both-kinds.js';
import { errorOf, runOneTick } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('loop-rules');

scenario('S-1.0-1', 'due timers run behind what was ready before them', async ({ newLoop }) => {
  const loop = newLoop();
  const log: string[] = [];
  loop.callLater(0, () => log.push('timer'));
  loop.callSoon(() => log.push('soon'));
  await runOneTick(loop);
  expect(log).toEqual(['soon', 'timer']);
});

scenario('S-1.0-2', 'a handle of the batch can be cancelled by one before it', async (stage) => {
  const loop = stage.newLoop();
  const log: string[] = [];
  loop.callSoon(() => second.cancel());
  const second = loop.callSoon(() => log.push('second'));
  loop.callSoon(() => log.push('third'));
  await runOneTick(loop);
  expect(log).toEqual(['third']);
});

scenario('S-1.0-3', 'cancelled timers do not pile up', ({ newLoop }) => {
  const loop = newLoop();
  const timers = Array.from({ length: 1_000 }, () => loop.callLater(60_000, () => {}));
  for (const timer of timers) timer.cancel();
  expect((loop as unknown as { pendingCount(): number }).pendingCount()).toBe(0);
});

scenarioInBothKinds(
  'S-1.1-1',
  'inside a run the running loop is the current one',
  async (stage) => {
    const [running, other] = [stage.newLoop(), stage.newLoop()];
    setEventLoop(other);
    const seen = await stage.run(
      stage.work(function* () {
        yield* sleep(0);
        return [getEventLoop(), getRunningLoop()];
      }),
      running,
    );
    expect(seen.every((loop) => loop === running)).toBe(true);
    expect(getEventLoop()).toBe(other);
    setEventLoop(null);
    expect(() => getRunningLoop()).toThrow('no running event loop');
  },
);

scenario('S-1.1-2', 'a new loop is not set as the current one', ({ newLoop }) => {
  const current = newLoop();
  setEventLoop(current);
  newEventLoop().close();
  expect(getEventLoop()).toBe(current);
  setEventLoop(null);
});

scenario('S-1.2-1', 'a closed loop refuses everything but questions', async ({ newLoop }) => {
  const loop = newLoop();
  loop.close();
  loop.close();
  const f = (): void => {};
  const refused = new LoopClosedError('Event loop is closed');
  expect(() => loop.callSoon(f)).toThrow(refused);
  expect(() => loop.callSoonThreadsafe(f)).toThrow(refused);
  expect(() => loop.callLater(1, f)).toThrow(refused);
  expect(() => loop.callAt(1, f)).toThrow(refused);
  expect(() => loop.createTask(f)).toThrow(refused);
  expect(await errorOf(() => loop.runForever())).toEqual(refused);
  expect(await errorOf(() => loop.runUntilComplete(f))).toEqual(refused);
  loop.stop();
  expect([loop.isClosed(), loop.isRunning()]).toEqual([true, false]);
  expect(inspect(loop)).toBe(`<${loop.constructor.name} running=false closed=true debug=false>`);
});

scenario('S-1.2-2', 'closing drops what waits', async ({ newLoop }) => {
  const loop = newLoop();
  const log: string[] = [];
  loop.callSoon(() => log.push('soon'));
  loop.callLater(1, () => log.push('later'));
  loop.close();
  expect((loop as unknown as { pendingCount(): number }).pendingCount()).toBe(0);
  await Promise.resolve();
  expect(log).toEqual([]);
});

scenarioInBothKinds('S-1.2-3', 'a running loop cannot be closed', async (stage) => {
  const loop = stage.newLoop();
  const error = await stage.run(
    stage.work(function* (): Coroutine<unknown> {
      yield* sleep(0);
      try {
        loop.close();
      } catch (refusal) {
        return refusal;
      }
      return 'closed';
    }),
    loop,
  );
  expect(error).toEqual(new LoopRunningError('Cannot close a running event loop'));
});

scenario('S-1.2-4', 'a failed run leaves no stop behind', async ({ newLoop, run }) => {
  const loop = newLoop();
  const failure = new RangeError('odd');
  const failing = function* (): Coroutine<never> {
    yield* sleep(0);
    throw failure;
  };
  expect(await errorOf(() => run(failing(), loop))).toBe(failure);
  const log: string[] = [];
  loop.callSoon(() => {
    loop.callSoon(() => {
      log.push('second tick');
      loop.stop();
    });
  });
  await loop.runForever();
  expect(log).toEqual(['second tick']);
});

scenario('S-1.2-5', 'the callback of a run is taken back on every way out', async (stage) => {
  const loop = stage.newLoop();
  const future = loop.createFuture<number>();
  loop.callSoon(() => loop.stop());
  await errorOf(() => stage.run(future, loop));
  const log: string[] = [];
  loop.callSoon(() => {
    future.setResult(1);
    // With the callback left behind, the run would end after the next tick.
    loop.callSoon(() => {
      loop.callSoon(() => {
        log.push('third tick');
        loop.stop();
      });
    });
  });
  await loop.runForever();
  expect(log).toEqual(['third tick']);
});

scenario('S-1.3-1', 'calls keep their order, whoever makes them', async ({ newLoop }) => {
  const loop = newLoop();
  const log: number[] = [];
  for (let index = 0; index < 2_000; index += 2) {
    loop.callSoon(() => log.push(index));
    loop.callSoonThreadsafe(() => log.push(index + 1));
  }
  await runOneTick(loop);
  expect(log).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
});

scenario('S-1.3-2', 'timers run in the order of their times, ties as scheduled', async (stage) => {
  const loop = stage.newLoop();
  const log: string[] = [];
  const whenMs = loop.time() + 20;
  for (const name of ['a', 'b', 'c']) loop.callAt(whenMs, () => log.push(name));
  loop.callAt(whenMs - 10, () => log.push('first'));
  loop.callAt(whenMs + 10, () => {
    log.push('last');
    loop.stop();
  });
  loop.callLater(-5, () => log.push('overdue'));
  await loop.runForever();
  expect(log).toEqual(['overdue', 'first', 'a', 'b', 'c', 'last']);
});

scenario(
  'S-1.5-1',
  'a cancelled handle can be cancelled again, and has run never',
  async (stage) => {
    const loop = stage.newLoop();
    const log: string[] = [];
    const [handle, timer] = [
      loop.callSoon(() => log.push('soon')),
      loop.callLater(0, () => log.push('timer')),
    ];
    for (const each of [handle, timer, handle, timer]) each.cancel();
    await runOneTick(loop);
    expect([handle.cancelled(), timer.cancelled(), log.length]).toEqual([true, true, 0]);
    expect([String(handle), String(timer)]).toEqual([
      '<Handle cancelled>',
      '<TimerHandle cancelled>',
    ]);
  },
);

scenario('S-1.5-2', 'a handle prints what it calls, without the arguments', ({ newLoop }) => {
  const loop = newLoop();
  const greet = (_name: string): void => {};
  expect(String(loop.callSoon(greet, 'secret'))).toBe('<Handle greet()>');
  expect(String(loop.callAt(5_000, greet, 'secret'))).toBe('<TimerHandle when=5000 greet()>');
});
