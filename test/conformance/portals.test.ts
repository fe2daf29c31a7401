/** AnyIO's tests of its blocking portal: asynchronous code for threads that block. */
import { DeadlockError, isCancelled, remoteModule, startBlockingPortal } from 'threadloop';
import type { BlockingPortal } from 'threadloop';
import { expect, onTestFinished } from 'vitest';
import { request } from '../threads/fixtures/contexts.js';
import { isRaised, newFlag } from '../threads/fixtures/flag.js';
import { thrownBy } from '../thrown-by.js';
import { keepRows, scenario } from './scenario.js';

keepRows('portals');

const tasks = remoteModule<typeof import('./fixtures/portal-tasks.js')>(
  new URL('./fixtures/portal-tasks.ts', import.meta.url),
);
const contexts = remoteModule<typeof import('../threads/fixtures/contexts.js')>(
  new URL('../threads/fixtures/contexts.ts', import.meta.url),
);
const hasItsOwn = 'a portal has a loop of its own, whatever runs in the thread that calls';
const notOn = { virtual: hasItsOwn, blocking: hasItsOwn };
const longMs = 1e9;

function startPortal(): BlockingPortal {
  const portal = startBlockingPortal();
  onTestFinished(() => portal.stop({ cancelRemaining: true }));
  return portal;
}

function blockUntilRaised(flag: Int32Array): void {
  if (!isRaised(flag)) expect(Atomics.wait(flag, 0, 0, 5_000)).not.toBe('timed-out');
}

scenario(
  'P-01',
  'a portal calls async functions, plain ones and what can be awaited; not from its own loop',
  () => {
    const portal = startPortal();
    expect(portal.call(tasks.addAsync, 1, 2)).toBe(3);
    expect(portal.call(tasks.add, 1, 2)).toBe(3);
    expect(portal.call(tasks.addAwaitable, 1, 2)).toBe(3);
    // AnyIO raises RuntimeError; the portal itself never gets there, but its loop does by name.
    expect(() => portal.call(tasks.blockForOneself, portal.name)).toThrow(DeadlockError);
  },
  { notOn },
);

scenario(
  'P-02',
  'a portal that ends for an error cancels its calls; one that ends well waits for them',
  () => {
    const flags = () => [newFlag(), newFlag()] as const;
    // AnyIO sees the error leave its block, which `using` cannot: stop() is told.
    const portal = startPortal();
    const cancelled = [flags(), flags()];
    const cut = cancelled.map((both) => portal.startTaskSoon(tasks.wait, longMs, ...both));
    for (const [waiting] of cancelled) blockUntilRaised(waiting);
    portal.stop({ cancelRemaining: true });
    for (const future of cut) expect(isCancelled(thrownBy(() => future.result()))).toBe(true);
    let whole;
    {
      using other = startPortal();
      whole = [flags(), flags()].map((both) => other.startTaskSoon(tasks.wait, 50, ...both));
    }
    expect(whole.map((future) => [future.done(), future.result()])).toEqual([
      [true, null],
      [true, null],
    ]);
  },
  { notOn },
);

scenario(
  'P-04',
  'cancelling a future cancels its task: while it waits, at once after the call, and after stop()',
  () => {
    let future;
    const [waiting, cancelled] = [newFlag(), newFlag()];
    {
      using portal = startPortal();
      future = portal.startTaskSoon(tasks.wait, longMs, waiting, cancelled);
      blockUntilRaised(waiting);
      future.cancel();
    }
    expect([future.cancelled(), isRaised(cancelled)]).toEqual([true, true]);
    {
      using portal = startPortal();
      // AnyIO's task begins, to be cancelled; here it never begins.
      portal.startTaskSoon(tasks.wait, longMs, newFlag(), newFlag()).cancel();
    }
    const [waitingToo, cancelledToo] = [newFlag(), newFlag()];
    {
      using portal = startPortal();
      const late = portal.startTaskSoon(tasks.wait, longMs, waitingToo, cancelledToo);
      blockUntilRaised(waitingToo);
      portal.stop();
      late.cancel();
    }
    expect(isRaised(cancelledToo)).toBe(true);
  },
  { notOn },
);

scenario(
  'P-05',
  'startTask() gives the value that the task started with, or what it failed with before',
  () => {
    const portal = startPortal();
    const [future, foo] = portal.startTask(tasks.startWithFoo);
    expect([foo, future.result()]).toEqual(['foo', null]);
    expect(() => portal.startTask(tasks.crashBefore)).toThrow(new RangeError('before'));
    const [crashed, two] = portal.startTask(tasks.crashAfter);
    expect(two).toBe(2);
    expect(() => crashed.result()).toThrow(new RangeError('after'));
    expect(() => portal.startTask(tasks.neverSay)).toThrow(
      'Task exited without calling taskStatus.started()',
    );
  },
  { notOn },
);

scenario(
  'P-10',
  'context that was chosen is seen by what a portal calls, and tasks have the names they get',
  () => {
    const portal = startPortal();
    const parrot = { id: 'parrot', at: new Date(0) };
    request.run(parrot, () => {
      expect(portal.call(contexts.idHere)).toBe('parrot');
      expect(portal.call(contexts.idLater)).toBe('parrot');
    });
    // AnyIO takes a name with the call; here the task names itself.
    expect(portal.call(tasks.nameTask, 'parrot')).toBe('parrot');
  },
  { notOn },
);

scenario(
  'P-11',
  'stopping a portal cancels the task for which somebody waits',
  () => {
    const portal = startPortal();
    const [waiting, cancelled] = [newFlag(), newFlag()];
    const future = portal.startTaskSoon(tasks.wait, longMs, waiting, cancelled);
    blockUntilRaised(waiting);
    portal.stop({ cancelRemaining: true });
    expect(isCancelled(thrownBy(() => future.result(5_000)))).toBe(true);
    blockUntilRaised(cancelled);
  },
  { notOn },
);
