/** Debug mode and the exception handler: what is checked, kept and told. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Coroutine,
  Future,
  type HostEventLoop,
  InvalidArgumentError,
  sleep,
} from 'threadloop';
import { expect, vi } from 'vitest';
import { runProgram } from '../loop/fixtures.js';
import { scenarioInBothKinds } from './both-kinds.js';
import { hear, hearConsole, runOneTick } from './hearing.js';
import { doesNotApply, keepRows, scenario } from './scenario.js';

keepRows('debug-mode');

const here = /debug-mode\.test\.ts:\d+/;

scenario('S-1.13-1', 'coroutines are no callbacks in debug mode', ({ newLoop }) => {
  const loop = newLoop();
  loop.setDebug(true);
  function* coroutine(): Coroutine<void> {
    yield* sleep(0);
  }
  for (const callback of [coroutine, coroutine(), async () => {}] as (() => void)[]) {
    expect(() => loop.callSoon(callback)).toThrow('coroutines cannot be used with callSoon()');
    expect(() => loop.callLater(1, callback)).toThrow('cannot be used with callLater()');
    expect(() => loop.callAt(1, callback)).toThrow('cannot be used with callAt()');
    expect(() => loop.callAt(1, callback)).toThrow(InvalidArgumentError);
  }
});

scenario('S-1.13-2', 'what cannot be called is refused', ({ newLoop }) => {
  const loop = newLoop();
  const notCallable = 'method' as unknown as () => void;
  for (const isDebug of [false, true]) {
    loop.setDebug(isDebug);
    expect(() => loop.callSoon(notCallable)).toThrow(
      new InvalidArgumentError("a callable object was expected by callSoon(), got 'method'"),
    );
    expect(() => loop.callLater(1, notCallable)).toThrow(/was expected by callLater\(\)/);
    expect(() => loop.callAt(1, notCallable)).toThrow(/was expected by callAt\(\)/);
  }
});

scenario('S-1.13-3', 'in debug mode a handle prints its arguments and its place', ({ newLoop }) => {
  const loop = newLoop();
  loop.setDebug(true);
  const greet = (_name: string, _count: number): void => {};
  const handle = loop.callSoon(greet, 'Ada', 2);
  expect(String(handle)).toMatch(/^<Handle greet\('Ada', 2\) created at \/.*>$/);
  expect(String(handle)).toMatch(here);
  handle.cancel();
  expect(String(handle)).toMatch(/^<Handle cancelled greet\('Ada', 2\) created at \/.*>$/);
});

scenario('S-1.13-4', 'a slow callback or step is told, with who and how long', async (stage) => {
  const loop = stage.newLoop();
  const records = hearConsole();
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  loop.setDebug(true);
  loop.callSoon(function grind() {
    nowMs += 100;
  });
  loop.callSoon(() => {
    nowMs += 99;
  });
  void loop.createTask(
    () => {
      nowMs += 2_000;
    },
    { name: 'heavy' },
  );
  await runOneTick(loop);
  expect(records).toHaveLength(2);
  expect(records[0]).toMatch(/^Executing <Handle grind\(\) .*> took 0\.100 seconds$/);
  expect(records[1]).toMatch(/^Executing <Task .*name='heavy'.*> took 2\.000 seconds$/);
});

scenario('S-1.13-5', 'reports tell where things were created', async ({ newLoop }) => {
  const loop = newLoop();
  loop.setDebug(true);
  const reports = hear(loop);
  loop.callSoon(function stumble() {
    throw new RangeError('odd');
  });
  await runOneTick(loop);
  expect(reports[0]?.sourceTraceback).toMatch(here);
  expect(String(reports[0]?.sourceTraceback).split('\n').length).toBeLessThanOrEqual(10);
  loop.callSoon(() => loop.callExceptionHandler({ message: 'a callback reports' }));
  await runOneTick(loop);
  expect(reports[1]?.handleTraceback).toMatch(here);
  expect(reports[0]).not.toHaveProperty('handleTraceback');
  const records = hearConsole();
  loop.setExceptionHandler(null);
  for (const report of reports) loop.callExceptionHandler(report);
  expect(records[0]).toMatch('sourceTraceback: Object created at (most recent call first):');
  expect(records[1]).toMatch('handleTraceback: Handle created at (most recent call first):');
});

scenario(
  'S-1.13-6',
  'the environment turns debug mode on',
  async () => {
    const text = `
      import { newEventLoop } from 'threadloop';
      console.log(newEventLoop().getDebug());
    `;
    const [without, with_] = await Promise.all([
      runProgram(text),
      runProgram(text, { env: { THREADLOOP_DEBUG: '1' } }),
    ]);
    expect([without.stdout, with_.stdout]).toEqual(['false\n', 'true\n']);
  },
  {
    notOn: {
      virtual: 'the base of all loops reads it',
      blocking: 'the base of all loops reads it',
    },
  },
);

doesNotApply(
  'S-1.13-7',
  'coroutine origins are tracked',
  'JavaScript has no hook for the creation of a generator; tasks keep their stacks (S-1.7-6)',
);

scenario('S-1.14-1', 'a handler has to be a function or null', ({ newLoop }) => {
  const loop = newLoop();
  expect(() => loop.setExceptionHandler('spam' as never)).toThrow(
    new InvalidArgumentError("A callable object or None is expected, got 'spam'"),
  );
  const handler = (): void => {};
  loop.setExceptionHandler(handler);
  expect(loop.getExceptionHandler()).toBe(handler);
  loop.setExceptionHandler(null);
  expect(loop.getExceptionHandler()).toBe(null);
});

scenario('S-1.14-2', 'the default handler writes the message and the sorted keys', (stage) => {
  const loop = stage.newLoop();
  const records = hearConsole();
  const failure = new RangeError('odd');
  loop.callExceptionHandler({ message: 'Something', zebra: 1, ant: 'b', exception: failure });
  loop.callExceptionHandler({});
  expect(records[0]).toMatch(/^Something\nant: 'b'\nzebra: 1\n.*RangeError: odd/);
  expect(records[1]).toBe('Unhandled exception in event loop');
});

scenario('S-1.14-3', 'a handler may pass on to the default one', async ({ newLoop }) => {
  const loop = newLoop() as HostEventLoop;
  const records = hearConsole();
  loop.setExceptionHandler((_loop, context) => {
    loop.defaultExceptionHandler({ ...context, message: 'passed on' });
  });
  loop.callSoon(() => {
    throw new RangeError('odd');
  });
  await runOneTick(loop);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatch(/^passed on\n/);
});

scenario('S-1.14-4', 'the handler runs in the context of what failed', async ({ newLoop }) => {
  const loop = newLoop();
  const variable = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  loop.setExceptionHandler(() => seen.push(variable.getStore()));
  const fail = (): never => {
    throw new Error('odd');
  };
  variable.run('of the callback', () => loop.callSoon(fail));
  const future = new Future<number>({ loop });
  variable.run('of the done callback', () => future.addDoneCallback(fail));
  future.setResult(1);
  await runOneTick(loop);
  expect(seen).toEqual(['of the callback', 'of the done callback']);
});

scenarioInBothKinds(
  'S-1.14-5',
  'an error of a task is not reported while somebody may ask',
  async (stage) => {
    const loop = stage.newLoop();
    const reports = hear(loop);
    const task = loop.createTask(
      stage.work(function* (): Coroutine<never> {
        yield* sleep(0);
        throw new RangeError('odd');
      }),
    );
    await stage.run(
      stage.work(function* (): Coroutine<void> {
        yield* sleep(10);
      }),
      loop,
    );
    expect(reports).toEqual([]);
    expect(String(task.exception())).toBe('RangeError: odd');
  },
);
