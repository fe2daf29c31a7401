// Nothing that was asked over a proxy waits for ever: not when the owner's thread dies, restarts or
// shuts down, not when the object is withdrawn, not when the proxy is released meanwhile.

import {
  expose,
  getLoop,
  getRunningLoop,
  LoopDiedError,
  ProxyReleasedError,
  type Remote,
  remoteModule,
  run,
} from 'threadloop';
import { proxy, releaseProxy } from 'threadloop/comlink';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { eventually, startLoops } from '../threads/loops.js';
import type { Owner } from './fixtures/owner.js';

const fixture = remoteModule<typeof import('./fixtures/owner.js')>(
  new URL('./fixtures/owner.ts', import.meta.url),
);

const start = async (loops = 1) =>
  startLoops({ loops, name: 'w', initialize: fixture.exposeOwner });

function ownerOn(loop: string): Remote<Owner> {
  return getLoop(loop).proxy<Owner>('owner');
}

async function reasonOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => 'it was answered',
    (error: unknown) => error,
  );
}

describe('when the owner dies', () => {
  test('calls fail with the reason, and later calls fail at once', async () => {
    await start();
    const owner = ownerOn('w-1');
    const begun = newFlag();
    const waiting = owner.wait(begun);
    await raised(begun);
    const [exit, wait] = [reasonOf(owner.exit()), reasonOf(waiting)];
    for (const error of [await exit, await wait]) {
      expect(error).toBeInstanceOf(LoopDiedError);
      expect(error).toMatchObject({ loop: 'w-1', exitCode: 3 });
    }
    expect(await reasonOf(owner.sum(1, 2))).toBeInstanceOf(LoopDiedError);
    expect(await reasonOf(owner.callBack(proxy(() => 1)))).toBeInstanceOf(LoopDiedError);
  });

  test('a new proxy leads to the new thread, an old one stays dead', async () => {
    const coordinator = await start();
    const loop = getLoop('w-1');
    const old = ownerOn('w-1');
    await old.note('lost with the thread');
    coordinator.restart('w-1', 'a test said so');
    const error = await reasonOf(old.wait(newFlag()));
    expect(error).toMatchObject({ code: 'ERR_LOOP_DIED', reason: 'a test said so' });
    const next = loop.proxy<Owner>('owner');
    expect(await next.noted()).toEqual([]);
    expect(await reasonOf(old.sum(1, 2))).toBeInstanceOf(LoopDiedError);
  });

  test('a proxy that was asked for, and never reached it, fails too', async () => {
    const coordinator = await start();
    const begun = newFlag();
    // The thread is busy, so it does not see the request.
    void reasonOf(coordinator.loop('w-1').runCoroutineThreadsafe(fixture.spin, begun));
    await raised(begun);
    const call = reasonOf(ownerOn('w-1').sum(1, 2));
    coordinator.restart('w-1');
    expect(await call).toBeInstanceOf(LoopDiedError);
  });

  test.for(['the proxy', 'a proxy that came over it'])(
    'because a cancelled method went on for longer than the grace of %s',
    async (which) => {
      await start();
      const owner = getLoop('w-1').with({ graceMs: 20 }).proxy<Owner>('owner');
      const begun = newFlag();
      const spinning =
        which === 'the proxy' ? owner.spin(begun) : (await owner.makeOwner()).spin(begun);
      // Proxies have ports of their own: only now is the thread sure to read no other.
      await raised(begun);
      const other = reasonOf(ownerOn('w-1').sum(1, 2));
      spinning.cancel('enough');
      expect(await reasonOf(spinning)).toMatchObject({ code: 'ERR_CANCELLED', message: 'enough' });
      const what = which === 'the proxy' ? 'owner' : 'a proxied value';
      const reason = `${what}.spin() went on for 20 ms after it was cancelled`;
      expect(await other).toMatchObject({ code: 'ERR_LOOP_DIED', reason });
    },
  );

  test('proxies of instances and results die with it', async () => {
    await start();
    const owner = ownerOn('w-1');
    const another = await owner.makeOwner();
    const begun = newFlag();
    const waiting = reasonOf(another.wait(begun));
    await raised(begun);
    await reasonOf(owner.exit());
    expect(await waiting).toMatchObject({ code: 'ERR_LOOP_DIED', exitCode: 3 });
  });

  test('callers in a sibling hear of it', async () => {
    const coordinator = await start(2);
    const begun = newFlag();
    const seen = getLoop('w-2').runCoroutineThreadsafe(fixture.seeItDie, 'w-1', begun);
    await raised(begun);
    coordinator.restart('w-1', 'a test said so');
    expect(await seen).toMatch("LoopDiedError: Loop 'w-1' died: a test said so");
  });

  test('a callback that is called there is not waited for by anybody', async () => {
    await start();
    const owner = ownerOn('w-1');
    const called = newFlag();
    const call = owner.callBack(
      proxy(async () => {
        raise(called);
        return new Promise(() => {});
      }),
    );
    await raised(called);
    const reason = reasonOf(call);
    await reasonOf(owner.exit());
    expect(await reason).toBeInstanceOf(LoopDiedError);
  });
});

describe('when the caller dies', () => {
  test('the object hears of it by its finalizer, and its ports are closed', async () => {
    const coordinator = await start();
    const { finalizer } = await import('threadloop/comlink');
    const ended = newFlag();
    using _exposure = expose('owner', {
      wait: async (begun: Int32Array) => {
        raise(begun);
        return new Promise(() => {});
      },
      [finalizer]: () => raise(ended),
    });
    const begun = newFlag();
    void reasonOf(getLoop('w-1').runCoroutineThreadsafe(fixture.seeItDie, 'main', begun));
    await raised(begun);
    coordinator.restart('w-1');
    await raised(ended);
  });

  test('calls of its callbacks fail at the owner', async () => {
    const coordinator = await start(2);
    const called = newFlag();
    // w-1 asks main to call back; main holds a proxy of w-1's function when w-1 dies.
    let kept: unknown;
    using _exposure = expose('main owner', {
      callBack: async (fn: (flag: Int32Array) => Promise<unknown>) => {
        kept = await reasonOf(fn(called));
      },
    });
    void reasonOf(getLoop('w-1').runCoroutineThreadsafe(fixture.lendCallback, 'main owner'));
    await raised(called);
    coordinator.restart('w-1', 'a test said so');
    await eventually(() => kept !== undefined);
    expect(kept).toMatchObject({ code: 'ERR_LOOP_DIED', reason: 'a test said so' });
  });
});

describe('when the object is withdrawn', () => {
  test('calls fail, under way and later, and a new proxy finds nothing', async () => {
    await start();
    const owner = ownerOn('w-1');
    const begun = newFlag();
    const waiting = reasonOf(owner.wait(begun));
    await raised(begun);
    await getLoop('w-1').runCoroutineThreadsafe(fixture.withdrawOwner);
    const error = await waiting;
    expect(error).toBeInstanceOf(ProxyReleasedError);
    expect(String(error)).toMatch("'owner' is not exposed any more");
    expect(await reasonOf(owner.sum(1, 2))).toBeInstanceOf(ProxyReleasedError);
    const next = await reasonOf(ownerOn('w-1').sum(1, 2));
    expect(next).toMatchObject({ code: 'ERR_NOT_EXPOSED' });
    expect(String(next)).toMatch("No object is exposed as 'owner' there; nothing is");
  });

  test('an error that comes later goes to the exception handler of its loop', async () => {
    await start();
    const late = newFlag();
    const begun = newFlag();
    const reports: unknown[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context));
      const exposure = expose('late', {
        fail: async () => {
          raise(begun);
          await raised(late);
          throw new Error('too late');
        },
      });
      const call = getLoop('main').proxy<{ fail(): Promise<void> }>('late').fail();
      await raised(begun);
      exposure.withdraw();
      expect(await reasonOf(call)).toBeInstanceOf(ProxyReleasedError);
      raise(late);
      await eventually(() => reports.length > 0);
    });
    expect(reports).toMatchObject([
      { message: 'late.fail() failed, and nobody waits for it', exception: new Error('too late') },
    ]);
  });
});

describe('when the proxy is released', () => {
  test('calls under way fail, they are not dropped', async () => {
    await start();
    const owner = ownerOn('w-1');
    const begun = newFlag();
    const calls = [owner.wait(begun), owner.sum(1, 2), owner.where()].map(reasonOf);
    owner[releaseProxy]();
    owner[releaseProxy]();
    for (const call of calls) expect(await call).toBeInstanceOf(ProxyReleasedError);
    expect(() => owner.sum).toThrow(ProxyReleasedError);
    expect(() => owner.sum(1, 2)).toThrow(ProxyReleasedError);
    expect(await Promise.resolve(owner)).toBe(owner);
  });

  test('the others of the same object go on', async () => {
    await start();
    const [first, second] = [ownerOn('w-1'), ownerOn('w-1')];
    first[Symbol.dispose]();
    expect(await second.sum(1, 2)).toBe(3);
  });
});

describe('when the coordinator is shut down', () => {
  test('calls that were made are carried out first', async () => {
    const coordinator = await start();
    const owner = ownerOn('w-1');
    const [begun, flag] = [newFlag(), newFlag()];
    const call = owner.until(begun, flag);
    await raised(begun);
    const end = coordinator.shutdown();
    raise(flag);
    expect(await call).toBe('done');
    await end;
    expect(await reasonOf(owner.sum(1, 2))).toBeInstanceOf(LoopDiedError);
    expect(() => coordinator.loops[0]?.proxy('owner')).toThrow('has been shut down');
  });

  test('or cancelled, where it is to cancel', async () => {
    const coordinator = await start();
    const [begun, cancelled] = [newFlag(), newFlag()];
    const call = reasonOf(ownerOn('w-1').wait(begun, cancelled));
    await raised(begun);
    await coordinator.shutdown({ mode: 'cancel' });
    expect(await call).toMatchObject({ code: 'ERR_CANCELLED' });
    await raised(cancelled);
  });

  test('or fail, where it is to terminate', async () => {
    const coordinator = await start();
    const begun = newFlag();
    const call = reasonOf(ownerOn('w-1').wait(begun));
    await raised(begun);
    await coordinator.shutdown({ mode: 'terminate' });
    expect(await call).toBeInstanceOf(LoopDiedError);
  });
});
