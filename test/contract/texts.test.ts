// What our loops say, and what those who extend them may rely on: beyond the contract of the kit.

import { inspect } from 'node:util';
import { type Coroutine, gather, getEventLoop, setEventLoop, sleep } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { CountingLoop } from './counting-loop.js';
import { createLoop, kinds, runForever, runUntilComplete } from './loop-kinds.js';

describe.for(kinds)('$title', (kind) => {
  test('says what is wrong with a callback, or a time', () => {
    const loop = createLoop(kind);
    const notAFunction = 7 as unknown as () => void;
    const callable = /^a callable object was expected by \w+\(\), got 7$/;
    expect(() => loop.callSoon(notAFunction)).toThrow(callable);
    expect(() => loop.callLater(0, notAFunction)).toThrow(callable);
    const [none, missing, text] = [null, undefined, 'soon'] as unknown as number[];
    expect(() => loop.callLater(none as number, () => {})).toThrow('delay must not be None');
    expect(() => loop.callLater(missing as number, () => {})).toThrow('delay must not be None');
    expect(() => loop.callAt(none as number, () => {})).toThrow('when cannot be None');
    expect(() => loop.callLater(NaN, () => {})).toThrow(/callLater\(\) .*delayMs.*got NaN/);
    expect(() => loop.callAt(text as number, () => {})).toThrow(/callAt\(\) .*whenMs.*got 'soon'/);
  });

  test('reports an error with its handle, and nothing else', async () => {
    const loop = createLoop(kind);
    const reports = recordReports(loop);
    loop.callSoon(function divide() {
      throw new RangeError('division by zero');
    });
    loop.stop();
    await runForever(loop);
    expect(Object.keys(reports[0] ?? {}).sort()).toEqual(['exception', 'handle', 'message']);
    expect(reports[0]?.message).toMatch(/^Exception in callback .*divide/);
  });

  test('says what forbids a run', async () => {
    const [outer, inner] = [createLoop(kind), createLoop(kind)];
    const refusals: Promise<string>[] = [];
    outer.callSoon(() => {
      for (const loop of [outer, inner]) refusals.push(messageOf(runForever(loop)));
      outer.callLater(1, () => outer.stop());
    });
    await runForever(outer);
    expect(await Promise.all(refusals)).toEqual([
      'This event loop is already running',
      'Cannot run the event loop while another loop is running',
    ]);
  });

  test('says what cannot be run until it is complete', async () => {
    const loop = createLoop(kind);
    const answer = function* answer(): Coroutine<number> {
      yield* sleep(0);
      return 1;
    };
    const refusal = async (work: unknown): Promise<string> =>
      messageOf(runUntilComplete(loop, work));
    expect(await refusal('blah')).toMatch(/a coroutine or an awaitable is required, got 'blah'/);
    expect(await refusal(answer)).toMatch(/call it, answer\(…\)/);
    expect(await refusal(createLoop(kind).createFuture())).toBe(
      'The future belongs to a different loop than the one specified as the loop argument',
    );
    const stopping = loop.createTask(answer());
    loop.stop();
    expect(await refusal(stopping)).toBe('Event loop stopped before Future completed.');
    await runUntilComplete(loop, stopping);
  });

  test('says that it is closed, or runs and cannot be', async () => {
    const loop = createLoop(kind);
    let whileItRuns = '';
    loop.callSoon(() => {
      try {
        loop.close();
      } catch (error) {
        whileItRuns = String(error);
      }
      loop.stop();
    });
    await runForever(loop);
    expect(whileItRuns).toBe('LoopRunningError: Cannot close a running event loop');
    loop.close();
    loop.stop();
    expect(() => loop.callSoon(() => {})).toThrow('Event loop is closed');
    expect(await messageOf(runForever(loop))).toBe('Event loop is closed');
    expect(inspect(loop)).toMatch(/ closed=true /);
  });

  test('shows its debug mode, which is off', () => {
    const loop = createLoop(kind);
    expect(loop.getDebug()).toBe(false);
    loop.setDebug(true);
    expect(inspect(loop)).toMatch(/ debug=true>$/);
  });
});

async function messageOf(outcome: Promise<unknown>): Promise<string> {
  return outcome.then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  );
}

test("somebody else's loop sees every callback and timer of what runs on it", async () => {
  const loop = new CountingLoop();
  setEventLoop(loop);
  onTestFinished(() => setEventLoop(null));
  expect(getEventLoop()).toBe(loop);
  const nap = function* (): Coroutine<void> {
    yield* sleep(5);
  };
  const naps = gather([nap(), nap()]);
  expect(naps.getLoop()).toBe(loop);
  // The first steps of two tasks.
  expect(loop.counts).toEqual({ callSoon: 2, callLater: 0, callAt: 0, stop: 0 });
  await runUntilComplete(loop, naps);
  expect(loop.counts).toMatchObject({ callLater: 2, callAt: 0, stop: 1 });
  // Beside the first steps: each sleep resumes its task, each task tells gather, gather its run.
  expect(loop.counts.callSoon).toBe(2 + 2 + 2 + 1);
  expect(loop.time()).toBe(5);
  loop.close();
});
