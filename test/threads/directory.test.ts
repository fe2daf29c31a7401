// Who can be reached from where, by name.

import { getLoop, LoopNotFoundError, loopNames, remoteModule, type RemoteLoop } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Directory, getDirectory } from '#src/threads/directory.js';
import { hostLoop } from '../loop/fixtures.js';
import { startLoops } from './loops.js';

const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const answer = { url: 'data:text/javascript,export const answer = () => 42;', name: 'answer' };

describe('the names in a thread', () => {
  test('are its own, its home and its siblings, in every worker', async () => {
    const { loops } = await startLoops({ loops: 3, name: 'crew' });
    expect(loopNames()).toEqual(['main', 'crew-1', 'crew-2', 'crew-3']);
    for (const loop of loops) {
      const { names } = await loop.runCoroutineThreadsafe(functions.whereAmI);
      expect(names[0]).toBe(loop.name);
      expect(names.toSorted()).toEqual(['crew-1', 'crew-2', 'crew-3', 'main']);
    }
  });

  test('do not grow by asking for oneself', async () => {
    const { loops } = await startLoops({ loops: 1 });
    expect(getLoop('main')).toBe(getLoop('main'));
    expect(loopNames()).toEqual(['main', 'loop-1']);
    const [loop] = loops as [RemoteLoop];
    await loop.runCoroutineThreadsafe(functions.relay, loop.name, functions.nothing);
    const { names } = await loop.runCoroutineThreadsafe(functions.whereAmI);
    expect(names).toEqual(['loop-1', 'main']);
  });

  test('are only its own once the coordinator is gone', async () => {
    const coordinator = await startLoops({ loops: 2 });
    await coordinator.shutdown();
    expect(loopNames()).toEqual(['main']);
    expect(() => getLoop('loop-1')).toThrow(LoopNotFoundError);
  });
});

describe('a name that nobody bears', () => {
  test('is told from those that there are', async () => {
    const { loops } = await startLoops({ loops: 1, name: 'crew' });
    expect(() => getLoop('crew-2')).toThrow(
      new LoopNotFoundError("There is no loop named 'crew-2' here; there are main, crew-1"),
    );
    const [loop] = loops as [RemoteLoop];
    const asked = loop.runCoroutineThreadsafe(functions.relay, 'captain', functions.nothing);
    await expect(asked).rejects.toBeInstanceOf(LoopNotFoundError);
    await expect(asked).rejects.toThrow(
      "There is no loop named 'captain' here; there are crew-1, main",
    );
  });
});

describe('a directory', () => {
  test('is one for each thread', () => {
    expect(getDirectory()).toBe(getDirectory());
    expect(getDirectory().name).toBe('main');
  });

  test('enters a name once', () => {
    const directory = new Directory('here');
    const entry = { name: 'there', onNotice: () => {}, open: () => expect.unreachable() };
    const peer = directory.add(entry);
    expect(() => directory.add(entry)).toThrow("There is a loop named 'there' already");
    expect(() => directory.add({ ...entry, name: 'here' })).toThrow("loop named 'here' already");
    expect(directory.peer('there')).toBe(peer);
    expect([directory.has('here'), directory.has('there'), directory.has('nowhere')]).toEqual([
      true,
      true,
      false,
    ]);
    directory.remove('there');
    expect(directory.names()).toEqual(['here']);
    expect(directory.peers()).toEqual([]);
  });

  test('leads to oneself without any coordinator, while a loop runs', async () => {
    const self = getLoop('main');
    await expect(self.runCoroutineThreadsafe(answer)).rejects.toThrow(
      'No loop runs in the thread that was to run answer()',
    );
    const loop = hostLoop();
    expect(await loop.runUntilComplete(async () => self.runCoroutineThreadsafe(answer))).toBe(42);
    const end = loop.runInBackground();
    onTestFinished(end);
    expect(await self.runCoroutineThreadsafe(answer)).toBe(42);
  });
});
