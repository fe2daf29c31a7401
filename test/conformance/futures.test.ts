/** asyncio's test_futures: states, callbacks, how a future prints. */
import {
  type Coroutine,
  Future,
  InvalidStateError,
  isCancelled,
  wrapFuture,
  ConcurrentFuture,
} from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds } from './both-kinds.js';
import { errorOf, hear, runOneTick } from './hearing.js';
import { doesNotApply, keepRows, scenario } from './scenario.js';

keepRows('futures');

scenarioInBothKinds('A-036', 'a future binds to the running loop', async (stage) => {
  const loop = stage.newLoop();
  const bound = await stage.run(
    stage.work(function* () {
      yield* [];
      return [new Future().getLoop(), new Future({ loop }).getLoop()];
    }),
    loop,
  );
  // Outside a run, without a loop, the main thread's is made.
  expect(bound).toEqual([loop, loop]);
});

scenario('A-037', 'a cancelled future stays cancelled', async ({ newLoop }) => {
  const future = newLoop().createFuture<number>();
  expect([future.cancel(), future.cancelled(), future.done()]).toEqual([true, true, true]);
  expect(isCancelled(await errorOf(() => future.result()))).toBe(true);
  expect(isCancelled(await errorOf(() => future.exception()))).toBe(true);
  expect(() => future.setResult(1)).toThrow(InvalidStateError);
  expect(() => future.setResult(1)).toThrow('CANCELLED: <Future cancelled>');
  expect(() => future.setException(new Error('late'))).toThrow(InvalidStateError);
  expect(future.cancel()).toBe(false);
});

scenario('A-039', 'a class of errors is instantiated', ({ newLoop }) => {
  const future = newLoop().createFuture();
  future.setException(RangeError);
  expect(future.exception()).toBeInstanceOf(RangeError);
  // StopIteration has no counterpart: a generator's end is no exception in JavaScript.
});

scenario('A-041', 'done callbacks run in order, but for those taken back', async ({ newLoop }) => {
  const loop = newLoop();
  const future = loop.createFuture<string>();
  const log: string[] = [];
  const callback = (name: string) => (done: Future<string>) => log.push(name, done.result());
  const [first, second, third] = [callback('1'), callback('2'), callback('3')];
  for (const each of [first, second, third]) future.addDoneCallback(each);
  expect(future.removeDoneCallback(first)).toBe(1);
  expect(future.removeDoneCallback(first)).toBe(0);
  for (let count = 0; count < 6; count += 1) future.addDoneCallback(first);
  expect(future.removeDoneCallback(first)).toBe(6);
  future.setResult('foo');
  expect(log).toEqual([]);
  await runOneTick(loop);
  expect(log).toEqual(['2', 'foo', '3', 'foo']);
});

scenario('A-042', 'a done callback that throws does not stop the others', async ({ newLoop }) => {
  const loop = newLoop();
  const reports = hear(loop);
  const future = loop.createFuture<number>();
  const failure = new Error('first');
  const log: number[] = [];
  future.addDoneCallback(() => {
    throw failure;
  });
  future.addDoneCallback((done) => log.push(done.result()));
  future.setResult(5);
  await runOneTick(loop);
  expect(log).toEqual([5]);
  expect(reports.map(({ exception }) => exception)).toEqual([failure]);
});

scenario('A-044', 'a wrapped future follows, and passes its cancel on', async ({ newLoop }) => {
  const loop = newLoop();
  const source = new ConcurrentFuture<number>();
  const wrapped = wrapFuture(source, { loop });
  expect(wrapped.getLoop()).toBe(loop);
  wrapped.cancel();
  await runOneTick(loop);
  expect(source.cancelled()).toBe(true);

  const finished = new ConcurrentFuture<number>();
  const late = wrapFuture(finished, { loop });
  finished.setResult(42);
  expect(late.cancel()).toBe(true);
  await runOneTick(loop);
  expect([finished.result(), late.cancelled()]).toEqual([42, true]);

  const own = loop.createFuture<number>();
  expect(wrapFuture(own, { loop })).toBe(own);
});

scenario('S-1.6-1', 'a wrapped future takes result, error and cancellation over', async (stage) => {
  const loop = stage.newLoop();
  const sources = [1, 2, 3].map(() => new ConcurrentFuture<number>());
  const wrapped = sources.map((source) => wrapFuture(source, { loop }));
  const failure = new Error('far away');
  sources[0]?.setResult(1);
  sources[1]?.setException(failure);
  sources[2]?.cancel('enough');
  await runOneTick(loop);
  expect(wrapped[0]?.result()).toBe(1);
  expect(wrapped[1]?.exception()).toBe(failure);
  expect(wrapped[2]?.cancelled()).toBe(true);

  const late = new ConcurrentFuture<number>();
  const skipped = wrapFuture(late, { loop });
  loop.close();
  late.setResult(2);
  expect(skipped.done()).toBe(false);
});

scenario('A-046', 'a future prints its state, outcome and callbacks', ({ newLoop }) => {
  const loop = newLoop();
  const future = loop.createFuture<number>();
  expect(String(future)).toBe('<Future pending>');
  const callbacks = Array.from({ length: 10 }, (_, index) => {
    const holder = { [`f${index}`]: (): void => {} };
    return holder[`f${index}`] as () => void;
  });
  future.addDoneCallback(callbacks[0] as () => void);
  expect(String(future)).toBe('<Future pending cb=[f0()]>');
  future.addDoneCallback(callbacks[1] as () => void);
  expect(String(future)).toBe('<Future pending cb=[f0(), f1()]>');
  for (const callback of callbacks.slice(2)) future.addDoneCallback(callback);
  expect(String(future)).toBe('<Future pending cb=[f0(), <8 more>, f9()]>');
  for (const callback of callbacks) future.removeDoneCallback(callback);
  future.cancel();
  expect(String(future)).toBe('<Future cancelled>');

  const finished = loop.createFuture<number>();
  finished.setResult(4);
  expect(String(finished)).toBe('<Future finished result=4>');
  const failed = loop.createFuture();
  failed.setException(new RangeError());
  expect(String(failed)).toBe('<Future finished exception=RangeError()>');
  failed.exception();
});

scenario('S-1.6-2', 'in debug mode a future says where it was created', ({ newLoop }) => {
  const loop = newLoop();
  loop.setDebug(true);
  expect(String(loop.createFuture())).toMatch(
    /^<Future pending created at .*futures\.test\.ts:\d+>$/,
  );
});

doesNotApply(
  'A-047',
  'removing callbacks survives an equality check that changes them',
  'functions are equal by identity: no code of the user runs while they are compared',
);

scenario('S-1.6-3', 'a future that is not done has no outcome', ({ newLoop }) => {
  const future = newLoop().createFuture();
  expect(() => future.result()).toThrow(new InvalidStateError('Result is not ready.'));
  expect(() => future.exception()).toThrow(new InvalidStateError('Exception is not set.'));
  future.setResult(1);
  expect(() => future.setResult(2)).toThrow('FINISHED: <Future finished result=1>');
  expect(future.exception()).toBe(null);
  expect(future.cancel()).toBe(false);
});

scenario('S-1.6-4', 'on a future that is done a callback comes at the next tick', async (stage) => {
  const loop = stage.newLoop();
  const log: string[] = [];
  const future = loop.createFuture<number>();
  future.setResult(1);
  future.addDoneCallback(() => log.push('called'));
  expect(log).toEqual([]);
  await runOneTick(loop);
  expect(log).toEqual(['called']);
});

scenarioInBothKinds('S-1.6-5', 'the message of a cancel reaches who waits', async (stage) => {
  const loop = stage.newLoop();
  const future = loop.createFuture<never>();
  loop.callSoon(() => future.cancel('no more'));
  const work = stage.work(function* (): Coroutine<unknown> {
    try {
      return yield* future;
    } catch (error) {
      return error;
    }
  });
  const error = await stage.run(work, loop);
  expect(isCancelled(error)).toBe(true);
  expect((error as Error).message).toBe('no more');
});

scenario(
  'S-1.6-6',
  'waiting for a future that is done does not yield',
  async ({ run, newLoop }) => {
    const loop = newLoop();
    const future = loop.createFuture<number>();
    future.setResult(7);
    const ticks: string[] = [];
    const value = await run(
      (function* (): Coroutine<number> {
        loop.callSoon(() => ticks.push('tick'));
        const result = yield* future;
        expect(ticks).toEqual([]);
        return result;
      })(),
      loop,
    );
    expect(value).toBe(7);
  },
);
