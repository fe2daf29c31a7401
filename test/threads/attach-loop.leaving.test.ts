// A thread that attached itself leaves: by detach(), with its coordinator, or by ending.

import {
  Coordinator,
  type EndEvent,
  getLoop,
  isCancelled,
  LoopDiedError,
  LoopLeftError,
  LoopNotFoundError,
  loopNames,
} from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ForeignThread, guestTasks } from './foreign-thread.js';

async function start(loops = 1): Promise<[Coordinator, ForeignThread]> {
  const coordinator = await Coordinator.start({ loops });
  onTestFinished(async () => coordinator.shutdown({ mode: 'terminate' }));
  const thread = new ForeignThread();
  await thread.ask('attach', { name: 'guest' });
  return [coordinator, thread];
}

/** The ends of loops that the coordinator tells of. */
function endsOf(coordinator: Coordinator, event: 'death' | 'gone'): EndEvent[] {
  const ends: EndEvent[] = [];
  coordinator.on(event, (end) => ends.push(end));
  return ends;
}

const { url } = guestTasks.nap;

describe('detach()', () => {
  test('takes the name out of every directory, and leaves the thread as it was', async () => {
    const [coordinator, thread] = await start();
    const gone = endsOf(coordinator, 'gone');
    const guest = getLoop('guest');
    await guest.runCoroutineThreadsafe(guestTasks.whereabouts);
    await coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 1);
    await thread.ask('detach');
    expect(await thread.ask('whenDetached')).toBe('it was detached');
    expect(await thread.ask('names')).toEqual([`worker-${thread.worker.threadId}`]);
    expect(loopNames()).toEqual(['main', 'loop-1']);
    expect(() => getLoop('guest')).toThrow(LoopNotFoundError);
    expect(coordinator.attached).toEqual([]);
    expect(() => guest.runCoroutineThreadsafe(guestTasks.whereabouts)).toThrow(
      "Loop 'guest' has left: it was detached",
    );
    const relay = coordinator
      .loop('loop-1')
      .runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 1);
    await expect(relay).rejects.toThrow(/Loop 'guest' has left|no loop named 'guest'/);
    expect(gone.map(({ loop, reason }) => [loop, reason])).toEqual([['guest', 'it was detached']]);
    expect(await thread.refusal('call', 'main', url, 'nap', 1, 1)).toBe('ERR_LOOP_NOT_FOUND');
  });

  test('carries out the calls that were made, and refuses new ones', async () => {
    const [coordinator, thread] = await start();
    const guest = getLoop('guest');
    const calls = [
      guest.runCoroutineThreadsafe(guestTasks.nap, 60, 'from main'),
      coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.relay, 'guest', 60, 'relayed'),
    ];
    const outgoing = thread.ask('call', 'loop-1', url, 'nap', 90, 'from the guest');
    await guest.runCoroutineThreadsafe(guestTasks.whereabouts);
    await coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.whereabouts);
    const detaching = thread.ask('detach');
    const refusal = async (): Promise<unknown> => {
      for (;;) {
        try {
          await guest.runCoroutineThreadsafe(guestTasks.whereabouts);
          await new Promise((resolve) => void setTimeout(resolve, 1));
        } catch (error) {
          return error;
        }
      }
    };
    expect(await refusal()).toBeInstanceOf(LoopLeftError);
    expect(await Promise.all(calls)).toEqual(['from main', 'relayed']);
    expect(await outgoing).toBe('from the guest');
    await detaching;
  });

  test('with cancel cancels the calls, which may clean up', async () => {
    const [, thread] = await start();
    const guest = getLoop('guest');
    const call = guest.runCoroutineThreadsafe(guestTasks.napUntilCancelled);
    await guest.runCoroutineThreadsafe(guestTasks.whereabouts);
    const detaching = thread.ask('detach');
    await thread.ask('detach', { cancel: true });
    await detaching;
    await expect(call).rejects.toSatisfy(isCancelled);
    await thread.ask('attach', { name: 'guest again' });
    expect(await getLoop('guest again').runCoroutineThreadsafe(guestTasks.cancelCount)).toBe(1);
  });

  test('lets the thread join and leave again and again', async () => {
    const [coordinator, thread] = await start();
    for (let round = 0; round < 5; round += 1) {
      await thread.ask('detach');
      expect(await thread.ask('attach', { name: `round-${round}` })).toBe(`round-${round}`);
      const guest = getLoop(`round-${round}`);
      expect(await guest.runCoroutineThreadsafe(guestTasks.nap, 0, round)).toBe(round);
    }
    expect(coordinator.attached.map(({ name }) => name)).toEqual(['round-4']);
  });
});

describe('a thread that attached itself', () => {
  test('ends as soon as it has nothing else to do', async () => {
    const [coordinator, thread] = await start();
    await thread.ask('letGo');
    expect(await thread.exited).toBe(0);
    await expect.poll(() => coordinator.attached).toEqual([]);
  });

  test('stays as long as a call runs in it, though nothing else keeps it', async () => {
    const [, thread] = await start();
    const guest = getLoop('guest');
    const call = guest.runCoroutineThreadsafe(guestTasks.relay, 'loop-1', 80, 'answered');
    await guest.runCoroutineThreadsafe(guestTasks.whereabouts);
    await thread.ask('letGo');
    expect(await call).toBe('answered');
    expect(await thread.exited).toBe(0);
  });

  test('stays after ref(), until unref()', async () => {
    const [coordinator, thread] = await start();
    await thread.ask('ref');
    await thread.ask('letGo');
    const guest = getLoop('guest');
    for (let round = 0; round < 5; round += 1) {
      expect(await guest.runCoroutineThreadsafe(guestTasks.nap, 5, round)).toBe(round);
    }
    thread.worker.postMessage({ id: 0, deed: 'unref', args: [] });
    expect(await thread.exited).toBe(0);
    await expect.poll(() => coordinator.attached).toEqual([]);
  });
});

describe('a shutdown of the coordinator', () => {
  test('carries out what runs in the thread, and detaches it', async () => {
    const [coordinator, thread] = await start();
    const call = getLoop('guest').runCoroutineThreadsafe(guestTasks.nap, 50, 'carried out');
    const outgoing = thread.ask('call', 'loop-1', url, 'nap', 50, 'answered');
    await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    await coordinator.shutdown();
    expect(await call).toBe('carried out');
    expect(await outgoing).toBe('answered');
    expect(await thread.ask('whenDetached')).toBe('its coordinator was shut down');
    expect(await thread.ask('names')).toEqual([`worker-${thread.worker.threadId}`]);
    expect(loopNames()).toEqual(['main']);
  });

  test('that cancels cancels what runs in the thread', async () => {
    const [coordinator, thread] = await start();
    const call = getLoop('guest').runCoroutineThreadsafe(guestTasks.napUntilCancelled);
    await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    const settled = call.then(
      () => 'value',
      (error: unknown) => error,
    );
    await coordinator.shutdown({ mode: 'cancel' });
    expect(await settled).toSatisfy(isCancelled);
    expect(await thread.ask('whenDetached')).toBe('its coordinator was shut down');
  });

  test.for(['terminate', 'late'] as const)('that is forced (%s) cuts the link', async (how) => {
    const [coordinator, thread] = await start();
    const call = getLoop('guest').runCoroutineThreadsafe(guestTasks.napUntilCancelled);
    const settled = call.then(
      () => 'value',
      (error: unknown) => error,
    );
    await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    await coordinator.shutdown(how === 'late' ? { timeoutMs: 50 } : { mode: 'terminate' });
    expect(await settled).toBeInstanceOf(LoopDiedError);
    expect(await thread.ask('whenDetached')).toMatch(/has hung up$/);
    expect(loopNames()).toEqual(['main']);
  });
});
