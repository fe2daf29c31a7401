// What a loop does with executors, whoever wrote them: here one that does what the test says.

import {
  CancelledError,
  ConcurrentFuture,
  type Executor,
  type ExecutorShutdownOptions,
  type FunctionReference,
  InvalidArgumentError,
  InvalidAwaitError,
  InvalidStateError,
  LoopClosedError,
  remoteFunction,
  type SubmitOptions,
} from 'threadloop';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLoop, kinds, runUntilComplete } from '../contract/loop-kinds.js';

const double = remoteFunction<(value: number) => number>('file:///tasks.js', 'double');

interface Submitted {
  readonly fn: FunctionReference;
  readonly args: readonly unknown[];
  readonly options: SubmitOptions;
  readonly outcome: ConcurrentFuture<unknown>;
}

/** Takes notes, and settles nothing by itself. */
class ScriptedExecutor implements Executor {
  readonly submitted: Submitted[] = [];
  readonly shutdowns: ExecutorShutdownOptions[] = [];
  readonly ended = new ConcurrentFuture<unknown>();

  submit(fn: FunctionReference, args: readonly unknown[], options: SubmitOptions = {}) {
    const outcome = new ConcurrentFuture<unknown>();
    this.submitted.push({ fn, args, options, outcome });
    return outcome;
  }

  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<unknown> {
    this.shutdowns.push(options);
    return this.ended;
  }

  get only(): Submitted {
    expect(this.submitted).toHaveLength(1);
    return this.submitted[0] as Submitted;
  }
}

/** Warnings of the process from now on. */
function recordWarnings(): Array<readonly unknown[]> {
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  return spy.mock.calls;
}

describe.for(kinds)('on $title', (kind) => {
  test('a call goes to the executor that is given, else to the default one', async () => {
    const loop = createLoop(kind);
    const [own, given] = [new ScriptedExecutor(), new ScriptedExecutor()];
    loop.setDefaultExecutor(own);
    const first = loop.runInExecutor(null, double, 1);
    const second = loop.runInExecutor(given, double, 2);
    expect(own.only).toMatchObject({ fn: double, args: [1] });
    expect(given.only).toMatchObject({ fn: double, args: [2] });
    expect(given.only.options.loop).toBe(loop);
    own.only.outcome.setResult(2);
    given.only.outcome.setException(new RangeError('too far'));
    expect(await runUntilComplete(loop, first)).toBe(2);
    await expect(runUntilComplete(loop, second)).rejects.toThrow(new RangeError('too far'));
    own.ended.setResult(null);
  });

  test('the outcome comes in a later tick, as from another thread', async () => {
    const loop = createLoop(kind);
    const executor = new ScriptedExecutor();
    const future = loop.runInExecutor(executor, double, 1);
    executor.only.outcome.setResult(2);
    expect(future.done()).toBe(false);
    expect(await runUntilComplete(loop, future)).toBe(2);
  });

  test('a cancel is done at once, and fires the signal with its reason', async () => {
    const loop = createLoop(kind);
    const executor = new ScriptedExecutor();
    const future = loop.runInExecutor(executor, double, 1);
    const { signal } = executor.only.options;
    expect(signal?.aborted).toBe(false);
    expect(future.cancel('enough')).toBe(true);
    expect(future.cancelled()).toBe(true);
    expect(signal?.reason).toEqual(new CancelledError('enough'));
    // Too late for anybody to hear.
    executor.only.outcome.setException(new Error('in vain'));
    await expect(runUntilComplete(loop, future)).rejects.toThrow(new CancelledError('enough'));
  });

  test('a job that was cancelled over there is a cancelled future here', async () => {
    const loop = createLoop(kind);
    const executor = new ScriptedExecutor();
    const future = loop.runInExecutor(executor, double, 1);
    executor.only.outcome.cancel('from there');
    await expect(runUntilComplete(loop, future)).rejects.toThrow(new CancelledError('from there'));
    expect(future.cancelled()).toBe(true);
  });

  test('a mere promise will do where promises go on, else it is refused', async () => {
    const loop = createLoop(kind);
    const executor: Executor = {
      submit: async () => 7,
      shutdown: async () => {},
    };
    const call = () => loop.runInExecutor(executor, double, 1);
    if (kind.hasPromises) {
      expect(await runUntilComplete(loop, call())).toBe(7);
    } else {
      expect(call).toThrow(InvalidAwaitError);
      expect(call).toThrow(/^The promise of this executor cannot be awaited on a blocking loop/);
    }
  });

  test('what is no executor is refused', () => {
    const loop = createLoop(kind);
    for (const value of [{}, 7, undefined, { submit: () => undefined }]) {
      for (const use of [
        () => loop.setDefaultExecutor(value as never),
        () => loop.runInExecutor(value as never, double, 1),
      ]) {
        expect(use).toThrow(new InvalidArgumentError('executor must be Executor instance'));
      }
    }
    expect(() => loop.setDefaultExecutor(null as never)).toThrow(InvalidArgumentError);
  });

  test('shutdownDefaultExecutor() waits, and no call is taken any more', async () => {
    const loop = createLoop(kind);
    const executor = new ScriptedExecutor();
    loop.setDefaultExecutor(executor);
    const warnings = recordWarnings();
    const ended = loop.shutdownDefaultExecutor();
    expect(executor.shutdowns).toEqual([{ timeoutMs: Infinity }]);
    const call = (): unknown => loop.runInExecutor(null, double, 1);
    expect(call).toThrow(new InvalidStateError('Executor shutdown has been called'));
    expect(ended.done()).toBe(false);
    executor.ended.setResult(true);
    await runUntilComplete(loop, ended);
    expect(warnings).toEqual([]);
    // Another executor is none of its business.
    expect(loop.runInExecutor(new ScriptedExecutor(), double, 1).done()).toBe(false);
  });

  test('shutdownDefaultExecutor() warns as asyncio does when the time is up', async () => {
    const loop = createLoop(kind);
    const executor = new ScriptedExecutor();
    loop.setDefaultExecutor(executor);
    const warnings = recordWarnings();
    const ended = loop.shutdownDefaultExecutor(1_500);
    executor.ended.setResult(false);
    await runUntilComplete(loop, ended);
    const text = 'The executor did not finishing joining its threads within 1.5 seconds.';
    expect(warnings).toEqual([[text, 'RuntimeWarning']]);
  });

  test('shutdownDefaultExecutor() passes errors on, and does nothing twice', async () => {
    const loop = createLoop(kind);
    await runUntilComplete(loop, loop.shutdownDefaultExecutor());
    const executor = new ScriptedExecutor();
    loop.setDefaultExecutor(executor);
    executor.ended.setException(new RangeError('stuck'));
    await expect(runUntilComplete(loop, loop.shutdownDefaultExecutor())).rejects.toThrow('stuck');
    for (const timeoutMs of [-1, Number.NaN, '5']) {
      const shutDown = (): unknown => loop.shutdownDefaultExecutor(timeoutMs as number);
      expect(shutDown).toThrow(InvalidArgumentError);
    }
    loop.setDefaultExecutor(new ScriptedExecutor());
  });

  test('close() shuts the executor down without waiting, and drops what comes late', () => {
    const loop = kind.create();
    onTestFinished(() => loop.close());
    const executor = new ScriptedExecutor();
    loop.setDefaultExecutor(executor);
    const future = loop.runInExecutor(null, double, 1);
    loop.close();
    loop.close();
    expect(executor.shutdowns).toEqual([{}]);
    executor.only.outcome.setResult(2);
    expect(future.done()).toBe(false);
    expect(() => loop.runInExecutor(null, double, 1)).toThrow(LoopClosedError);
    expect(() => loop.runInExecutor(executor, double, 1)).toThrow(LoopClosedError);
  });
});

test('an executor that cannot be shut down is told to the handler of its closed loop', async () => {
  const [kind] = kinds;
  const loop = (kind as (typeof kinds)[number]).create();
  const reports: unknown[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  const executor = new ScriptedExecutor();
  loop.setDefaultExecutor(executor);
  loop.close();
  executor.ended.setException(new RangeError('stuck'));
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  expect(reports).toMatchObject([{ exception: new RangeError('stuck') }]);
});
