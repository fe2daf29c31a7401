// What the loops of ours add to the contract of every loop (test/contract/): names, counts, text.

import { inspect } from 'node:util';
import { getEventLoop, HostEventLoop, setEventLoop } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { closedAfterwards, hostLoop, recordReports, runOneTick } from './fixtures.js';

describe('a loop', () => {
  test('bears the name that it is given, else that of its thread', () => {
    expect(hostLoop('east').name).toBe('east');
    expect(hostLoop().name).toBe('main');
  });

  test('prints its state', async () => {
    const loop = new HostEventLoop();
    expect(loop.toString()).toBe('<HostEventLoop running=false closed=false debug=false>');
    let whileRunning = '';
    loop.callSoon(() => (whileRunning = inspect(loop)));
    await runOneTick(loop);
    expect(whileRunning).toBe('<HostEventLoop running=true closed=false debug=false>');
    loop.setDebug(true);
    loop.close();
    expect(inspect(loop)).toBe('<HostEventLoop running=false closed=true debug=true>');
  });

  test('prints the name of its subclass', () => {
    class QuietLoop extends HostEventLoop {}
    expect(String(closedAfterwards(new QuietLoop()))).toMatch(/^<QuietLoop running=/);
  });

  test('counts the callbacks and timers that wait', async () => {
    const loop = hostLoop();
    loop.callSoon(() => {});
    loop.callLater(60_000, () => {});
    const timer = loop.callLater(60_000, () => {});
    expect(loop.pendingCount()).toBe(3);
    timer.cancel();
    expect(loop.pendingCount()).toBe(2);
    await runOneTick(loop);
    expect(loop.pendingCount()).toBe(1);
    loop.close();
    expect(loop.pendingCount()).toBe(0);
  });

  test('counts nothing after closing, whatever is cancelled then', () => {
    const loop = hostLoop();
    const timers = [loop.callLater(1, () => {}), loop.callLater(2, () => {})];
    loop.close();
    for (const timer of timers) timer.cancel();
    expect(loop.pendingCount()).toBe(0);
  });

  test('takes an exception handler, gives it back, and refuses what is none', () => {
    const loop = hostLoop();
    expect(loop.getExceptionHandler()).toBeNull();
    const handler = (): void => {};
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    expect(() => loop.setExceptionHandler('loud' as never)).toThrow(
      /^A callable object or None is expected, got .*loud/,
    );
    expect(loop.getExceptionHandler()).toBe(handler);
    loop.setExceptionHandler(null);
    expect(loop.getExceptionHandler()).toBeNull();
  });

  test('is in debug mode from the start where THREADLOOP_DEBUG is 1', () => {
    vi.stubEnv('THREADLOOP_DEBUG', '1');
    expect(hostLoop().getDebug()).toBe(true);
    vi.stubEnv('THREADLOOP_DEBUG', '0');
    expect(hostLoop().getDebug()).toBe(false);
  });

  test('creates futures and tasks that belong to it, whatever loop is current', async () => {
    const loop = hostLoop();
    const current = hostLoop();
    setEventLoop(current);
    expect(loop.createFuture().getLoop()).toBe(loop);
    const task = loop.createTask(() => 'done');
    expect(task.getLoop()).toBe(loop);
    expect(await loop.runUntilComplete(task)).toBe('done');
    expect(getEventLoop()).toBe(current);
    setEventLoop(null);
  });

  test('passes a handler the loop and the context', () => {
    const loop = hostLoop();
    const calls: unknown[][] = [];
    loop.setExceptionHandler((...args) => calls.push(args));
    const context = { message: 'odd', detail: 7 };
    loop.callExceptionHandler(context);
    expect(calls).toEqual([[loop, context]]);
    expect(recordReports(loop)).toEqual([]);
  });
});
