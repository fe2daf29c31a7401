// A thread that attached itself dies in each phase of its stay: nothing hangs, and its name goes.

import { Coordinator, type DeathEvent, getLoop, LoopDiedError, loopNames } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ForeignThread, guestTasks } from '../threads/foreign-thread.js';

type Death = (thread: ForeignThread) => unknown;

const deaths: Readonly<Record<string, Death>> = {
  'process.exit': (thread) => thread.worker.postMessage({ id: 0, deed: 'exit', args: [3] }),
  'a throw in a timer': (thread) => thread.worker.postMessage({ id: 0, deed: 'crash', args: [] }),
  terminate: async (thread) => thread.worker.terminate(),
};

async function startCoordinator(): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ loops: 1 });
  onTestFinished(async () => coordinator.shutdown({ mode: 'terminate' }));
  return coordinator;
}

async function outcomeOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    (value) => value,
    (error: unknown) => error,
  );
}

describe.for(Object.entries(deaths))('%s', ([, die]) => {
  test('while it seeks a coordinator is noticed by nobody', async () => {
    const thread = new ForeignThread();
    void thread.ask('attach', { name: 'guest' }).catch(() => undefined);
    await thread.ask('handles');
    await die(thread);
    await thread.exited;
    const coordinator = await startCoordinator();
    expect(coordinator.attached).toEqual([]);
    expect(await coordinator.submit(guestTasks.nap, 1, 'works')).toBe('works');
  });

  test('while it joins leaves no name behind', async () => {
    const coordinator = await startCoordinator();
    for (let round = 0; round < 3; round += 1) {
      const thread = new ForeignThread();
      await thread.ask('handles');
      void thread.ask('attach', { name: 'guest' }).catch(() => undefined);
      await die(thread);
      await thread.exited;
      await expect.poll(() => coordinator.attached).toEqual([]);
      expect(loopNames()).not.toContain('guest');
    }
  });

  test('while it is idle takes its name out of every directory', async () => {
    const coordinator = await startCoordinator();
    const sibling = coordinator.loop('loop-1');
    const told: DeathEvent[] = [];
    coordinator.on('death', (death) => told.push(death));
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const guest = getLoop('guest');
    await sibling.runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 1);
    await die(thread);
    await expect.poll(() => loopNames()).toEqual(['main', 'loop-1']);
    expect(() => guest.runCoroutineThreadsafe(guestTasks.whereabouts)).toThrow(LoopDiedError);
    const relay = sibling.runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 1);
    await expect(relay).rejects.toThrow(/no loop named 'guest'/);
    expect(told.map(({ loop, reason }) => [loop, reason])).toEqual([['guest', 'its thread ended']]);
  });

  test('in a call fails the calls of all, and at once', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const other = new ForeignThread();
    await other.ask('attach', { name: 'other' });
    const guest = getLoop('guest');
    const calls = [
      guest.runCoroutineThreadsafe(guestTasks.nap, 60_000, 1),
      coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.relay, 'guest', 60_000, 1),
      other.ask('call', 'guest', guestTasks.nap.url, 'nap', 60_000, 1),
    ].map(outcomeOf);
    await coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 1);
    await other.ask('call', 'guest', guestTasks.nap.url, 'nap', 0, 1);
    await die(thread);
    const startMs = performance.now();
    const errors = await Promise.all(calls);
    expect(performance.now() - startMs).toBeLessThan(900);
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual([
      'ERR_LOOP_DIED',
      'ERR_LOOP_DIED',
      'ERR_LOOP_DIED',
    ]);
  });

  test('with calls of its own under way ends them elsewhere, and harms nobody', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    void thread
      .ask('call', 'loop-1', guestTasks.nap.url, 'napUntilCancelled')
      .catch(() => undefined);
    await thread.ask('call', 'loop-1', guestTasks.nap.url, 'nap', 0, 1);
    await die(thread);
    await thread.exited;
    const sibling = coordinator.loop('loop-1');
    expect(await sibling.runCoroutineThreadsafe(guestTasks.nap, 0, 'well')).toBe('well');
    await coordinator.shutdown({ mode: 'cancel', timeoutMs: 5_000 });
  });

  test('while it leaves fails what it had promised to carry out', async () => {
    await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const call = outcomeOf(getLoop('guest').runCoroutineThreadsafe(guestTasks.nap, 60_000, 1));
    await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    void thread.ask('detach').catch(() => undefined);
    await thread.ask('handles');
    await die(thread);
    expect(await call).toBeInstanceOf(LoopDiedError);
    await expect.poll(() => loopNames()).toEqual(['main', 'loop-1']);
  });

  test('while the coordinator shuts down keeps it waiting no longer', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const call = outcomeOf(getLoop('guest').runCoroutineThreadsafe(guestTasks.nap, 60_000, 1));
    await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    const ended = coordinator.shutdown();
    await die(thread);
    await ended;
    expect(await call).toBeInstanceOf(LoopDiedError);
  });
});

test("the end of the coordinator's own thread detaches those that joined it", async () => {
  const home = new ForeignThread();
  await home.ask('coordinate', 1);
  const thread = new ForeignThread();
  await thread.ask('attach', { name: 'guest' });
  const name = `worker-${home.worker.threadId}`;
  expect(await thread.ask('call', name, guestTasks.nap.url, 'nap', 0, 'home')).toBe('home');
  expect(await home.ask('call', 'guest', guestTasks.nap.url, 'nap', 0, 'guest')).toBe('guest');
  const pending = thread.refusal('call', name, guestTasks.nap.url, 'nap', 60_000, 1);
  await thread.ask('handles');
  await home.worker.terminate();
  expect(await thread.ask('whenDetached')).toBe(`its coordinator's thread '${name}' has hung up`);
  expect(await pending).toMatch(/^ERR_LOOP_(DIED|LEFT)$/);
  await startCoordinator();
  expect(await thread.ask('attach', { name: 'guest' })).toBe('guest');
});
