// A worker that no coordinator started joins one: who reaches whom, by which name, and who may not.

import { Coordinator, getLoop, loopNames, remoteModule } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ForeignThread, guestTasks } from './foreign-thread.js';

const attachment = remoteModule<typeof import('./fixtures/attaching.js')>(
  new URL('./fixtures/attaching.ts', import.meta.url),
);

async function startCoordinator(loops = 1): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ loops });
  onTestFinished(async () => coordinator.shutdown({ mode: 'terminate' }));
  return coordinator;
}

describe('a thread that attached itself', () => {
  test('is reached by its name from the home and from every loop', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    expect(await thread.ask('attach', { name: 'guest' })).toBe('guest');
    expect(loopNames()).toContain('guest');
    expect(coordinator.attached.map(({ name }) => name)).toEqual(['guest']);
    const here = await getLoop('guest').runCoroutineThreadsafe(guestTasks.whereabouts);
    expect(here).toEqual({ threadId: thread.worker.threadId, isRunning: true, inTask: true });
    const sibling = coordinator.loop('loop-1');
    expect(await sibling.runCoroutineThreadsafe(guestTasks.relay, 'guest', 1, 'hello')).toBe(
      'hello',
    );
  });

  test('reaches the home, every loop and other guests', async () => {
    await startCoordinator();
    const [thread, other] = [new ForeignThread(), new ForeignThread()];
    await other.ask('attach', { name: 'other' });
    await thread.ask('attach', { name: 'guest' });
    expect((await thread.ask<string[]>('names')).toSorted()).toEqual([
      'guest',
      'loop-1',
      'main',
      'other',
    ]);
    for (const name of ['main', 'loop-1', 'other', 'guest']) {
      expect(await thread.ask('call', name, guestTasks.nap.url, 'nap', 1, name)).toBe(name);
    }
    expect(await other.ask('call', 'guest', guestTasks.nap.url, 'nap', 1, 'back')).toBe('back');
  });

  test('learns of loops that come and go later', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    await coordinator.resize(2);
    // Over the link that has brought the news.
    const guest = getLoop('guest');
    expect(await guest.runCoroutineThreadsafe(guestTasks.relay, 'loop-2', 1, 'new')).toBe('new');
    const late = new ForeignThread();
    await late.ask('attach', { name: 'late' });
    expect(await guest.runCoroutineThreadsafe(guestTasks.relay, 'late', 1, 'late')).toBe('late');
    await coordinator.resize(1);
    const refusal = await thread.refusal('call', 'loop-2', guestTasks.nap.url, 'nap', 1, 1);
    expect(refusal).toMatch(/^ERR_LOOP_(LEFT|NOT_FOUND)$/);
  });

  test('runs the calls of one sender in their order', async () => {
    await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const guest = getLoop('guest');
    const words = Array.from({ length: 500 }, (_each, index) => String(index));
    for (const word of words) guest.callSoonThreadsafe(guestTasks.note, word);
    expect(await guest.runCoroutineThreadsafe(guestTasks.noted)).toEqual(words);
  });

  test('gets no work of submit, map or broadcast', async () => {
    const coordinator = await startCoordinator();
    const thread = new ForeignThread();
    await thread.ask('attach', { name: 'guest' });
    const calls = Array.from({ length: 20 }, async () =>
      coordinator.submit(guestTasks.whereabouts),
    );
    const threads = new Set((await Promise.all(calls)).map(({ threadId }) => threadId));
    expect(threads.has(thread.worker.threadId)).toBe(false);
    expect(coordinator.loops.map(({ name }) => name)).toEqual(['loop-1']);
    expect(await coordinator.broadcast(guestTasks.whereabouts)).toHaveLength(1);
    expect(() => coordinator.loop('guest')).toThrow(/has no loop 'guest'/);
  });

  test('keeps the loop that was set there, and gets one where none was', async () => {
    await startCoordinator();
    const [plain, own] = [new ForeignThread(), new ForeignThread()];
    expect(await plain.refusal('currentLoop')).toBe('ERR_NO_CURRENT_LOOP');
    await plain.ask('attach', {});
    expect(await plain.ask('currentLoop')).toMatch(/running=true/);
    await plain.ask('detach');
    expect(await plain.refusal('currentLoop')).toBe('ERR_NO_CURRENT_LOOP');
    await own.ask('setLoop');
    await own.ask('attach', {});
    expect(await own.ask('currentLoop')).toMatch(/running=true/);
    await own.ask('detach');
    expect(await own.ask('currentLoop')).toMatch(/running=false closed=false/);
  });
});

describe('the name of a thread that attaches itself', () => {
  test('is its own by default, with a number where that is taken', async () => {
    await startCoordinator();
    const [thread, other] = [new ForeignThread(), new ForeignThread()];
    expect(await thread.ask('attach')).toBe(`worker-${thread.worker.threadId}`);
    expect(await other.ask('attach', { name: `worker-${other.worker.threadId}` })).toBe(
      `worker-${other.worker.threadId}`,
    );
    await other.ask('detach');
    await thread.ask('detach');
    await other.ask('attach', { name: `worker-${thread.worker.threadId}` });
    expect(await thread.ask('attach')).toBe(`worker-${thread.worker.threadId}-2`);
  });

  test('is refused where it is taken', async () => {
    await startCoordinator();
    const thread = new ForeignThread();
    for (const name of ['loop-1', 'main']) {
      await expect(thread.ask('attach', { name })).rejects.toMatchObject({
        code: 'ERR_INVALID_STATE',
        message: `There is a loop named '${name}' already`,
      });
    }
    expect(await thread.ask('attach', { name: 'guest' })).toBe('guest');
  });

  test('has to be a text', async () => {
    const thread = new ForeignThread();
    expect(await thread.refusal('attach', { name: '' })).toBe('ERR_INVALID_ARGUMENT');
    expect(await thread.refusal('attach', { timeoutMs: -1 })).toBe('ERR_INVALID_ARGUMENT');
    expect(await thread.refusal('attach', { signal: 7 })).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('attachLoop()', () => {
  test('waits for a coordinator that starts later', async () => {
    const thread = new ForeignThread();
    const attaching = thread.ask('attach', { name: 'early' });
    await thread.ask('handles');
    const coordinator = await startCoordinator();
    expect(await attaching).toBe('early');
    expect(coordinator.attached).toHaveLength(1);
  });

  test('fails in time where there is no coordinator', async () => {
    const thread = new ForeignThread();
    await expect(thread.ask('attach', { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      message: /no coordinator of this process answers. Start one/,
    });
  });

  test('is given up by a signal, and may be called again', async () => {
    const thread = new ForeignThread();
    const attaching = thread.refusal('attachWithSignal', {});
    await thread.ask('abort');
    expect(await attaching).toBe('ERR_CANCELLED');
    await startCoordinator();
    expect(await thread.ask('attach', { name: 'again' })).toBe('again');
  });

  test('joins the coordinator that has invited it', async () => {
    const [first, second] = [await startCoordinator(), await startCoordinator()];
    const [one, two] = [new ForeignThread(), new ForeignThread()];
    await one.ask('attach', { name: 'one', invitation: second.invitation });
    await two.ask('attach', { name: 'two', invitation: first.invitation });
    expect([first, second].map(({ attached }) => attached.map(({ name }) => name))).toEqual([
      ['two'],
      ['one'],
    ]);
  });

  test('is refused by a coordinator that was shut down', async () => {
    const coordinator = await startCoordinator();
    const { invitation } = coordinator;
    await coordinator.shutdown();
    const thread = new ForeignThread();
    expect(await thread.refusal('attach', { invitation })).toBe('ERR_COORDINATOR_CLOSED');
    await startCoordinator();
    expect(await thread.refusal('attach', { invitation })).toBe('ERR_COORDINATOR_CLOSED');
  });

  test('is refused a second time in one thread', async () => {
    await startCoordinator();
    const thread = new ForeignThread();
    const attaching = thread.ask('attach', { name: 'guest' });
    expect(await thread.refusal('attach', { name: 'twice' })).toBe('ERR_INVALID_STATE');
    await attaching;
    await expect(thread.ask('attach', { name: 'twice' })).rejects.toMatchObject({
      code: 'ERR_INVALID_STATE',
      message: /is attached already as 'guest': detach\(\) it first/,
    });
  });

  test('is refused on the main thread and on a loop of a coordinator', async () => {
    const coordinator = await startCoordinator();
    await expect(attachHere()).rejects.toMatchObject({
      code: 'ERR_INVALID_STATE',
      message: /is the main thread/,
    });
    const refused = coordinator.loop('loop-1').runCoroutineThreadsafe(attachment.attach);
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_INVALID_STATE',
      message: /was started by a coordinator, and has its place as 'loop-1'/,
    });
  });
});

async function attachHere(): Promise<unknown> {
  const { attachLoop } = await import('threadloop');
  return attachLoop();
}
