// Threads that live and die as a test says, as the one who scripts them sees them.

import { Coordinator, getEventLoop, remoteFunction } from 'threadloop';
import { type ScriptedCall, ScriptedSpawner, type ScriptedThread } from 'threadloop/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../coordinator/scripted-threads.js';

const work = remoteFunction<(input: unknown) => unknown>('file:///work.js', 'work');

async function start(script?: (thread: ScriptedThread) => void) {
  const spawner = new ScriptedSpawner(script);
  const coordinator = await Coordinator.start({ loops: 1, spawner });
  onTestFinished(async () => {
    await coordinator.shutdown({ mode: 'terminate' });
  });
  return { spawner, coordinator, thread: spawner.threads[0] as ScriptedThread };
}

describe('a scripted thread', () => {
  test('is ready at once, leaves calls unanswered, and ends when it is told to', async () => {
    const { coordinator, thread } = await start();
    const call = coordinator.submit(work, 1);
    // Before it has begun, a cancel takes it back: then the thread never sees it.
    await until(() => thread.calls.length === 1);
    call.cancel('never mind');
    const down = coordinator.shutdown({ mode: 'cancel' });
    await expect(call).rejects.toThrow('never mind');
    await down;
    expect(thread.calls).toMatchObject([{ name: 'work', args: [1], cancelMessage: 'never mind' }]);
    expect(thread.heard).toEqual(['stop']);
    expect([thread.hasExited, thread.terminateCount]).toEqual([true, 0]);
  });

  test('answers as its script says, with values and errors', async () => {
    const answer = (call: ScriptedCall): void => {
      if (call.args[0] === 'fail') call.fail(new RangeError('no'));
      else call.answer([call.name, ...call.args]);
    };
    const { coordinator } = await start((thread) => {
      thread.onCall = answer;
      thread.ready();
    });
    expect(await coordinator.submit(work, 1)).toEqual(['work', 1]);
    await expect(coordinator.submit(work, 'fail')).rejects.toThrow(new RangeError('no'));
  });

  test('ends with exit code 1 when it is terminated, unless it does something else', async () => {
    const { coordinator, spawner, thread } = await start();
    const lost = coordinator.submit(work, 1);
    coordinator.restart('loop-1');
    await expect(lost).rejects.toMatchObject({ exitCode: 1, reason: 'it was restarted' });
    expect(thread.terminateCount).toBe(1);
    const stubborn = await start((each) => {
      each.onTerminate = () => {};
      each.ready();
    });
    stubborn.coordinator.restart(stubborn.thread.seed.name);
    expect([stubborn.thread.terminateCount, stubborn.thread.hasExited]).toEqual([1, false]);
    stubborn.thread.onTerminate = () => stubborn.thread.exit();
    expect(spawner.threads.length).toBeGreaterThan(0);
  });

  test('ends once, and is heard of once, also when it ends at birth', async () => {
    const spawner = new ScriptedSpawner((thread) => {
      thread.exit({ exitCode: 4 });
      thread.exit({ exitCode: 5 });
    });
    const starting = Coordinator.start({ loops: 1, spawner });
    await expect(starting).rejects.toMatchObject({ name: 'LoopDiedError', exitCode: 4 });
    expect(spawner.threads).toHaveLength(1);
  });

  test('can say that initialize failed', async () => {
    const spawner = new ScriptedSpawner((thread) => {
      thread.failToStart(new TypeError('not today'));
      setImmediate(() => thread.exit());
    });
    const starting = Coordinator.start({ loops: 1, spawner });
    await expect(starting).rejects.toThrow(new TypeError('not today'));
    expect(getEventLoop().isRunning()).toBe(false);
  });
});
