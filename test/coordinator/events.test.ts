// What a coordinator tells: events, late errors, and the handler for what nobody else takes.

import { type ExceptionContext, getEventLoop, InvalidArgumentError } from 'threadloop';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { holdTime, last, quiet, startScripted, until, work } from './scripted-threads.js';

describe('the events', () => {
  test('tell of death, restart and end, in order, with what is known', async () => {
    holdTime();
    const scripted = await startScripted();
    const { coordinator } = scripted;
    const told: unknown[] = [];
    for (const name of ['start', 'death', 'restart', 'gone'] as const) {
      coordinator.on(name, (event) => told.push([name, event, Object.isFrozen(event)]));
    }
    const cause = new RangeError('too far');
    last(scripted).exit({ exitCode: 1, error: cause });
    await until(() => told.length === 1);
    vi.advanceTimersByTime(0);
    await until(() => told.length === 2);
    await coordinator.shutdown();
    const dead = { loop: 'loop-1', threadId: 1, incarnation: 1 };
    const reason = 'uncaught RangeError: too far';
    expect(told).toEqual([
      ['death', { ...dead, exitCode: 1, reason, cause, restartDelayMs: 0 }, true],
      ['restart', { loop: 'loop-1', threadId: 2, incarnation: 2, reason }, true],
      [
        'gone',
        {
          loop: 'loop-1',
          threadId: 2,
          incarnation: 2,
          exitCode: 0,
          reason: 'its coordinator was shut down',
          cause: undefined,
        },
        true,
      ],
    ]);
  });

  test('tell that a loop was given up, and why', async () => {
    const { coordinator, threads } = await startScripted({ restart: 'never' });
    const told: unknown[] = [];
    coordinator.on('death', ({ restartDelayMs }) => told.push(restartDelayMs));
    coordinator.on('gone', ({ reason, exitCode }) => told.push(reason, exitCode));
    threads[0]?.exit({ exitCode: 3 });
    await until(() => told.length === 3);
    expect(told).toEqual([null, 'process.exit() was called', 3]);
    expect(() => coordinator.submit(work)).toThrow('process.exit() was called');
  });

  test('come until the subscription is disposed, aborted, or was for one', async () => {
    const { coordinator } = await startScripted({ loops: 1 });
    const heard: string[] = [];
    const abort = new AbortController();
    const kept = coordinator.on('start', () => heard.push('kept'));
    coordinator.on('start', () => heard.push('signal'), { signal: abort.signal });
    coordinator.on('start', () => heard.push('once'), { once: true });
    coordinator.on('start', () => heard.push('never'), { signal: AbortSignal.abort() });
    await coordinator.resize(2);
    expect(heard).toEqual(['kept', 'signal', 'once']);
    abort.abort();
    await coordinator.resize(3);
    kept[Symbol.dispose]();
    await coordinator.resize(4);
    expect(heard).toEqual(['kept', 'signal', 'once', 'kept']);
  });

  test('harm nobody with a listener that throws or rejects', async () => {
    const { coordinator } = await startScripted({ loops: 1 });
    const contexts: ExceptionContext[] = [];
    coordinator.setExceptionHandler((_, context) => contexts.push(context));
    const heard: string[] = [];
    coordinator.on('start', () => {
      throw new RangeError('thrown');
    });
    coordinator.on('start', async () => {
      throw new RangeError('rejected');
    });
    coordinator.on('start', ({ loop }) => heard.push(loop));
    await coordinator.resize(2);
    await quiet();
    expect(heard).toEqual(['loop-2']);
    expect(contexts).toMatchObject([
      { message: `Exception in a listener of 'start'`, exception: { message: 'thrown' } },
      { message: `Exception in a listener of 'start'`, exception: { message: 'rejected' } },
    ]);
  });

  test('have names', async () => {
    const { coordinator } = await startScripted();
    const attempt = () => coordinator.on('error' as 'death', () => {});
    expect(attempt).toThrow(InvalidArgumentError);
    expect(attempt).toThrow(/start, restart, death, gone, overload, relief/);
  });
});

describe('a late error', () => {
  test('goes to the handler of the coordinator, with the loop that it comes from', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2 });
    const contexts: ExceptionContext[] = [];
    coordinator.setExceptionHandler((loop, context) => {
      expect(loop).toBe(getEventLoop());
      contexts.push(context);
    });
    threads[1]?.lateError(new RangeError('late'), 'Unhandled rejection');
    await until(() => contexts.length === 1);
    expect(contexts).toMatchObject([
      { message: 'Unhandled rejection', loop: 'loop-2', exception: { message: 'late' } },
    ]);
    expect(contexts[0]?.exception).toBeInstanceOf(RangeError);
    expect(coordinator.stats().loops[1]).toMatchObject({ incarnation: 1, state: 'ready' });
  });

  test('goes to the handler of the home loop where the coordinator has none', async () => {
    const reports = recordReports(getEventLoop());
    onTestFinished(() => getEventLoop().setExceptionHandler(null));
    const { coordinator, threads } = await startScripted();
    coordinator.setExceptionHandler(() => {});
    coordinator.setExceptionHandler(null);
    threads[0]?.lateError('a stone');
    await until(() => reports.length === 1);
    expect(reports).toMatchObject([{ loop: 'loop-1', exception: 'a stone' }]);
  });
});

describe('a thread that is not ready in time', () => {
  test('is ended, and start() says which one and after how long', async () => {
    holdTime();
    const failure = startScripted({ loops: 2, startTimeoutMs: 200 }, (thread) => {
      if (thread.seed.name === 'loop-1') thread.ready();
    }).then(
      () => null,
      (error: unknown) => error,
    );
    await quiet();
    vi.advanceTimersByTime(200);
    expect(await failure).toMatchObject({
      code: 'ERR_LOOP_DIED',
      loop: 'loop-2',
      reason: `it was not ready within 200 ms (option 'startTimeoutMs')`,
    });
  });
});

describe('broadcastAlways()', () => {
  test('calls on the loops that there are, and on each thread that comes', async () => {
    holdTime();
    const { coordinator, threads } = await startScripted({ loops: 1 }, (thread) => {
      thread.onCall = (call) => call.answer(thread.threadId);
      thread.ready();
    });
    const input = { list: [1] };
    const all = coordinator.broadcastAlways(work, input);
    input.list.push(2);
    expect(await all).toEqual([1]);
    await coordinator.resize(2);
    const standing = { address: { url: work.url, name: work.name }, args: [{ list: [1] }] };
    expect(threads[0]?.seed.standing).toEqual([]);
    expect(threads[1]?.seed.standing).toMatchObject([standing]);
    threads[0]?.exit({ exitCode: 3 });
    await until(() => coordinator.stats().loops[0]?.state === 'waiting');
    // Those that wait for a thread make it not twice.
    const waiting = coordinator.broadcastAlways(work, 'second');
    vi.advanceTimersByTime(0);
    expect(await waiting).toEqual([3, 2]);
    expect(threads[2]?.seed.standing).toMatchObject([standing]);
    await coordinator.resize(3);
    expect(threads[3]?.seed.standing).toMatchObject([standing, { args: ['second'] }]);
  });
});
