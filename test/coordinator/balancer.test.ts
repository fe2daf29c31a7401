// Calls that wait go over to a loop that idles: scripted threads, so nothing depends on time.

import { Coordinator, remoteFunction } from 'threadloop';
import { ScriptedSpawner, type ScriptedThread } from 'threadloop/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from './scripted-threads.js';

const work = remoteFunction<(index: number) => unknown>('file:///tasks.js', 'work');

let coordinator: Coordinator | null = null;

afterEach(async () => {
  await coordinator?.shutdown({ mode: 'terminate' });
  coordinator = null;
});

/** Two loops; the threads say that they are ready, and start only what they are told to. */
async function startTwo(): Promise<[ScriptedThread, ScriptedThread]> {
  const spawner = new ScriptedSpawner((thread) => {
    thread.startsCalls = false;
    thread.ready();
  });
  coordinator = await Coordinator.start({ loops: 2, spawner });
  return spawner.threads as [ScriptedThread, ScriptedThread];
}

function submit(count: number): void {
  for (let index = 0; index < count; index += 1) {
    coordinator?.submit(work, index).then(undefined, () => {});
  }
}

/** The first arguments of the calls that a thread has seen, in order. */
function seen(thread: ScriptedThread): unknown[] {
  return thread.calls.map(({ args }) => args[0]);
}

describe('a loop that runs dry', () => {
  test('gets half of what waits at the other, the newest, in their order', async () => {
    const [first, second] = await startTwo();
    submit(12);
    await until(() => first.calls.length + second.calls.length === 12);
    expect(seen(second)).toEqual([1, 3, 5, 7, 9, 11]);
    for (const call of first.calls.slice(0, 5)) call.answer(null);
    await until(() => first.calls.length === 8);
    expect(seen(first).slice(6)).toEqual([9, 11]);
  });

  test('gets nothing that has started', async () => {
    const [first, second] = await startTwo();
    submit(12);
    await until(() => first.calls.length + second.calls.length === 12);
    for (const call of second.calls) call.start();
    for (const call of first.calls.slice(0, 5)) call.answer(null);
    await until(() => coordinator?.stats().completedCount === 5);
    expect(first.calls).toHaveLength(6);
  });
});
