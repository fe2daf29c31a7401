// What arrives here of an error that was thrown on another thread, and where it says it came from.

import { remoteModule, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { QuotaError, SecretError } from './fixtures/failures.js';
import { shareLoops } from './loops.js';
import { packageUrl, runModule, writeModules } from './module-folder.js';

const failures = remoteModule<typeof import('./fixtures/failures.js')>(
  new URL('./fixtures/failures.ts', import.meta.url),
);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loops = () => threads.coordinator.loops as [RemoteLoop, RemoteLoop];

async function errorOf(call: PromiseLike<unknown>): Promise<Error> {
  return call.then(
    (value) => expect.unreachable(`resolved to ${String(value)}`),
    (error: unknown) => error as Error,
  );
}

describe('an error of another thread', () => {
  test('is of its class, with code, own properties and causes', async () => {
    const error = await errorOf(loops()[0].runCoroutineThreadsafe(failures.throwQuota, 7));
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: 'QuotaError', message: 'more than 7', code: 'E_QUOTA' });
    expect(error).toMatchObject({ limit: 7, usage: new Map([['a.png', 9]]) });
    const cause = error.cause as Error;
    expect(cause).toBeInstanceOf(TypeError);
    expect(cause.cause).toEqual({ file: 'a.png' });
  });

  test('is its nearest known ancestor where its class is not registered', async () => {
    const error = await errorOf(loops()[0].runCoroutineThreadsafe(failures.rejectWithSecret));
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).not.toBeInstanceOf(SecretError);
    expect(error).toMatchObject({ name: 'SecretError', limit: 1 });
  });

  test('holds the errors that it gathers', async () => {
    const error = await errorOf(loops()[0].runCoroutineThreadsafe(failures.throwInCoroutine));
    expect(error).toBeInstanceOf(AggregateError);
    const [first, second] = (error as AggregateError).errors as unknown[];
    expect(first).toBeInstanceOf(QuotaError);
    expect(second).toBe('a word');
  });

  test('keeps all this over several threads that know its class', async () => {
    const [near, far] = loops();
    await errorOf(far.runCoroutineThreadsafe(failures.throwQuota, 1));
    const call = near.runCoroutineThreadsafe(
      functions.relay,
      far.name,
      functions.relayCoroutine,
      near.name,
      failures.throwQuota,
      9,
    );
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ limit: 9, usage: new Map([['a.png', 9]]) });
    const stations = error.stack?.match(/(?<=on loop ')[^']+/g);
    expect(stations).toEqual([near.name, far.name, near.name]);
  });

  test.for([undefined, null, 0, 'a word', { code: 404 }])(
    'need not be an error: %o',
    async (thrown) => {
      const call = loops()[0].runCoroutineThreadsafe(failures.throwValue, thrown);
      await expect(call).rejects.toEqual(thrown);
    },
  );
});

describe('the stack of such an error', () => {
  function callFromHere(limit: number): PromiseLike<unknown> {
    return loops()[1].runCoroutineThreadsafe(failures.deeper, limit);
  }

  test('tells the far side, then the loop, then the near side', async () => {
    const { stack = '' } = await errorOf(callFromHere(3));
    const places = [
      stack.search(/(Range|Quota)Error: more than 3/),
      stack.indexOf('throwQuota'),
      stack.indexOf('deeper'),
      stack.indexOf(`-- on loop 'loop-2', called from --`),
      stack.indexOf('callFromHere'),
    ];
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stack).toMatch(/^(Range|Quota)Error: more than 3\n {4}at throwQuota .*failures\.js:\d+/);
    expect(stack).toMatch(/at callFromHere .*remote-loop\.errors\.test\.ts:\d+/);
  });

  test('has no frames of this package', async () => {
    const { stack = '' } = await errorOf(callFromHere(3));
    const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
    const own = frames.filter((line) =>
      /\/(dist\/)?src\/(threads|wire|loop|coordinator)\//.test(line),
    );
    expect(own).toEqual([]);
    expect(frames.length).toBeGreaterThan(2);
  });

  test('is that of the cause too, as it was there', async () => {
    const { cause } = await errorOf(callFromHere(3));
    expect((cause as Error).stack).toMatch(/^TypeError: too big\n {4}at throwQuota/);
  });

  test('names the loop also for the last of many calls in a burst', async () => {
    const calls = Array.from({ length: 300 }, (_, index) => callFromHere(index));
    const errors = await Promise.all(calls.map(async (call) => errorOf(call)));
    for (const [index, { stack }] of errors.entries()) {
      expect(stack).toContain(`Error: more than ${index}\n`);
      expect(stack).toMatch(/-- on loop 'loop-2', called (from|shortly after a call from) --\n/);
    }
  });

  test('shows where another call was made shortly before, and says so', async () => {
    const calls = Array.from({ length: 50 }, () => callFromHere(3));
    const stacks = await Promise.all(calls.map(async (call) => (await errorOf(call)).stack ?? ''));
    const shared = stacks.filter((stack) => stack.includes('called shortly after a call from'));
    expect(shared.length).toBeGreaterThan(40);
    for (const stack of stacks) expect(stack).toMatch(/called .*\n {4}at .*callFromHere/);
  });
});

describe('a failing call that nobody awaits', () => {
  test('is reported when the program ends, and the program ends well', async () => {
    const folder = writeModules({
      'forgetful.js': `
        import { Coordinator, remoteModule } from '${packageUrl}';
        const tasks = remoteModule(new URL('./tasks.js', import.meta.url));
        const coordinator = await Coordinator.start({ loops: 1 });
        void coordinator.submit(tasks.fail);
        await coordinator.submit(tasks.work);
        await coordinator.shutdown();
      `,
      'tasks.js': `
        export function fail() { throw new RangeError('overlooked'); }
        export function work() {}
      `,
    });
    const { stdout, stderr, code } = await runModule(folder, 'forgetful.js');
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
    expect(stderr).toContain('exception was never retrieved');
    expect(stderr).toContain('RangeError: overlooked');
    expect(stderr).toContain("on loop 'loop-1'");
  });
});
