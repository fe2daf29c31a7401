// Objects that live on one loop and are called from all: who calls whom, what runs where, how
// errors and cancellations cross, and what is refused.

import { threadId } from 'node:worker_threads';
import {
  BlockingEventLoop,
  type Coroutine,
  expose,
  getLoop,
  getRunningLoop,
  isCancelled,
  NotCloneableError,
  NotExposedError,
  type Remote,
  remoteModule,
  run,
} from 'threadloop';
import { proxy } from 'threadloop/comlink';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newFlag, raised } from '../threads/fixtures/flag.js';
import { shareLoops } from '../threads/loops.js';
import { type Owner, OvenError } from './fixtures/owner.js';

const fixture = remoteModule<typeof import('./fixtures/owner.js')>(
  new URL('./fixtures/owner.ts', import.meta.url),
);
shareLoops({ loops: 3, name: 'w', initialize: fixture.exposeOwner });

function ownerOn(loop: string): Remote<Owner> {
  return getLoop(loop).proxy<Owner>('owner');
}

/** Something exposed in this thread for one test. */
function exposeHere(name: string, object: object): void {
  const exposure = expose(name, object);
  onTestFinished(() => exposure.withdraw());
}

describe('an exposed object', () => {
  test('is called on its own loop, in a task', async () => {
    using owner = ownerOn('w-1');
    expect(await owner.where()).toEqual({
      loop: 'w-1',
      task: 'owner.where()',
      threadId: getLoop('w-1').threadId,
    });
  });

  test('is called on the main loop from a worker, a sibling from a worker, itself', async () => {
    exposeHere('owner', {
      sum: (a: number, b: number) => [a + b, threadId, getRunningLoop().isRunning()],
    });
    const from = (loop: string, to: string) =>
      getLoop(loop).runCoroutineThreadsafe(fixture.askFrom, to);
    expect(await from('w-1', 'main')).toEqual([5, threadId, true]);
    expect(await from('w-1', 'w-2')).toBe(5);
    expect(await from('w-2', 'w-1')).toBe(5);
    expect(await from('w-1', 'w-1')).toBe(5);
    expect(await ownerOn('main').sum(2, 3)).toEqual([5, threadId, true]);
  });

  test('may have coroutines as methods, and be asked by coroutines', async () => {
    using owner = ownerOn('w-1');
    expect(await owner.sum(2, 3)).toBe(5);
    expect(await getLoop('w-2').runCoroutineThreadsafe(fixture.askFromCoroutine, 'w-1')).toBe(5);
  });

  test('is asked in the order of the calls, whatever kind they are', async () => {
    using owner = ownerOn('w-1');
    const words = Array.from({ length: 100 }, (_, index) => `${index}`);
    await Promise.all(words.map(async (word) => owner.note(word)));
    expect(await owner.noted()).toEqual(words);
  });

  test('is found when it was exposed by a call that was made just before', async () => {
    const loop = getLoop('w-3');
    loop.callSoonThreadsafe(fixture.withdrawOwner);
    loop.callSoonThreadsafe(fixture.exposeOwner);
    using owner = loop.proxy<Owner>('owner');
    expect(await owner.sum(1, 1)).toBe(2);
  });

  test('is asked by tasks of a run() in main, which can be cancelled there', async () => {
    const begun = newFlag();
    const cancelled = newFlag();
    using owner = ownerOn('w-1');
    await run(async () => {
      const waiting = getRunningLoop().createTask(async () => owner.wait(begun, cancelled));
      await raised(begun);
      waiting.cancel();
      await expect(waiting).rejects.toSatisfy(isCancelled);
    });
    owner.wait(begun, cancelled).cancel();
    await raised(cancelled);
  });

  test('can be what an async function returns', async () => {
    const get = async () => {
      const owner = ownerOn('w-1');
      await owner.sum(0, 0);
      return owner;
    };
    using owner = await get();
    expect(await owner.sum(1, 2)).toBe(3);
  });
});

describe('cancelling a call', () => {
  test('reaches the coroutine that it became', async () => {
    using owner = ownerOn('w-1');
    const [begun, cancelled] = [newFlag(), newFlag()];
    const call = owner.wait(begun, cancelled);
    await raised(begun);
    expect(call.cancel('enough')).toBe(true);
    await expect(call).rejects.toMatchObject({ code: 'ERR_CANCELLED', message: 'enough' });
    await raised(cancelled);
  });

  test('reaches an async method by its signal', async () => {
    using owner = ownerOn('w-1');
    const begun = newFlag();
    const call = owner.waitForSignal(begun);
    await raised(begun);
    call.cancel();
    await expect(call).rejects.toSatisfy(isCancelled);
    expect(await owner.sum(1, 2)).toBe(3);
  });
});

describe('an error', () => {
  test('keeps class, fields, cause and both stacks', async () => {
    using owner = ownerOn('w-1');
    const error: unknown = await owner.heat(900).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OvenError);
    expect(error).toMatchObject({ name: 'OvenError', degrees: 900 });
    const { cause, stack = '' } = error as Error;
    expect(cause).toBeInstanceOf(TypeError);
    expect(stack).toMatch(/owner\.js[^]*on loop 'w-1', called from --[^]*expose\.test\.ts/);
  });

  test('names the part of an argument that cannot be copied; only that call fails', async () => {
    using owner = ownerOn('w-1');
    const note = owner.note as (...args: unknown[]) => Promise<void>;
    const calls = [note('a'), note('b', { deep: [() => 1] }), note('c')];
    const [first, second, third] = await Promise.allSettled(calls);
    expect([first?.status, third?.status]).toEqual(['fulfilled', 'fulfilled']);
    const { reason } = second as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(NotCloneableError);
    expect(String(reason)).toMatch(
      /argument 2 of owner\.note\(\) .* \(at \.deep\[0\]\).*proxy\(\)/,
    );
    expect(await owner.noted()).toEqual(['a', 'c']);
  });

  test('of an assignment goes to the exception handler, since nobody can wait for it', async () => {
    exposeHere('frozen', Object.freeze({ value: 1 }));
    const reports: unknown[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context));
      using frozen = getLoop('main').proxy<{ value: number }>('frozen');
      Reflect.set(frozen, 'value', 2);
      Reflect.set(frozen, 'value', () => 3);
      expect(await frozen.value).toBe(1);
    });
    expect(reports).toMatchObject([
      { message: 'frozen.value could not be set', exception: { code: 'ERR_NOT_CLONEABLE' } },
      { message: 'frozen.value could not be set', exception: { name: 'TypeError' } },
    ]);
  });

  test('says which objects there are when there is none of that name', async () => {
    using nobody = getLoop('w-1').proxy<Owner>('oven');
    const error: unknown = await nobody.sum(1, 2).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotExposedError);
    expect(String(error)).toMatch(/No object is exposed as 'oven' there; exposed are 'owner'/);
    await expect(nobody.sum(1, 2)).rejects.toThrow(NotExposedError);
  });
});

describe('a callback', () => {
  test('runs in the thread that passed it', async () => {
    using owner = ownerOn('w-1');
    const result = owner.callBack(proxy((word: string) => [word, threadId]));
    expect(await result).toEqual(['hello', threadId]);
  });

  test('can be kept by the other side, until it lets go', async () => {
    using owner = ownerOn('w-1');
    await owner.keep(proxy((word: string) => `${word} and again`));
    expect(await owner.callKept()).toBe('again and again');
    expect(await owner.callKept()).toBe('again and again');
    await owner.forgetKept();
    expect(await owner.callKept()).toBeUndefined();
  });

  test('may throw', async () => {
    using owner = ownerOn('w-1');
    const call = owner.callBack(
      proxy(() => {
        throw new OvenError(300);
      }),
    );
    await expect(call).rejects.toBeInstanceOf(OvenError);
  });

  test('may be a proxy that came from a third thread', async () => {
    using owner = ownerOn('w-1');
    using other = ownerOn('w-2');
    const note = other.note as unknown as (word: string) => unknown;
    await owner.callBack(note);
    expect(await other.noted()).toEqual(['hello']);
  });
});

describe('on a blocking loop', () => {
  test('an object cannot be called: the caller is told at once', () => {
    exposeHere('owner', { sum: () => 1 });
    const loop = new BlockingEventLoop();
    const seen = loop.runUntilComplete(
      (function* (): Coroutine<unknown> {
        try {
          return yield* getLoop('w-1').runCoroutineThreadsafe(fixture.askFrom, 'main');
        } catch (error) {
          return error;
        }
      })(),
    );
    loop.close();
    expect(seen).toMatchObject({
      code: 'ERR_INVALID_AWAIT',
      message: expect.stringContaining('owner.sum()') as string,
    });
  });

  test('no object can be called from it', () => {
    const loop = new BlockingEventLoop();
    using owner = ownerOn('w-1');
    const ask = () => loop.runUntilComplete(() => void owner.sum(1, 2));
    expect(ask).toThrow(/over a proxy of owner cannot be awaited on a blocking loop/);
    loop.close();
  });
});

describe('expose()', () => {
  test.for([
    ['no name', '', {}],
    ['a name that is no text', 5, {}],
    ['nothing', 'a', null],
    ['a number', 'a', 5],
  ] as const)('refuses %s', ([, name, object]) => {
    expect(() => expose(name as string, object as object)).toThrow(/expose\(\) expects/);
    expect(() => getLoop('w-1').proxy('')).toThrow('proxy() expects the name of an object');
  });

  test('refuses a name that is taken, until it is withdrawn', () => {
    {
      using first = expose('taken', {});
      expect(first.name).toBe('taken');
      expect(() => expose('taken', {})).toThrow(/exposed as 'taken' in this thread already/);
    }
    const second = expose('taken', {});
    second.withdraw();
    second.withdraw();
  });
});
