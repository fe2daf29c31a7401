// A program may load two copies of the package, one of its own and one that a dependency brings.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as mine from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder: string;
let theirs: typeof mine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threadloop-copy-'));
  const dist = dirname(dirname(fileURLToPath(import.meta.resolve('threadloop'))));
  await cp(dist, join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const door = pathToFileURL(join(folder, 'dist/src/index.js')).href;
  theirs = (await import(/* @vite-ignore */ door)) as typeof mine;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('two copies of the package in one thread', () => {
  test('are two indeed', () => {
    expect(theirs.HostEventLoop).not.toBe(mine.HostEventLoop);
    expect(theirs.sleep).not.toBe(mine.sleep);
  });

  test('agree on the current loop', () => {
    const loop = new theirs.HostEventLoop();
    theirs.setEventLoop(loop);
    expect(mine.getEventLoop()).toBe(loop);
    mine.setEventLoop(null);
    expect(theirs.getEventLoop()).not.toBe(loop);
    expect(theirs.getEventLoop()).toBe(mine.getEventLoop());
    mine.setEventLoop(null);
  });

  test('agree on the running loop and the current task, in both kinds of work', async () => {
    const seen: unknown[] = [];
    const note = (): void => {
      seen.push(theirs.getRunningLoop() === mine.getRunningLoop());
      seen.push(theirs.currentTask() === mine.currentTask(), mine.currentTask()?.getName());
    };
    await mine.run(async () => {
      mine.currentTask()?.setName('async');
      await theirs.sleep(0);
      note();
    });
    await theirs.run(
      (function* (): mine.Coroutine<void> {
        mine.currentTask()?.setName('coroutine');
        yield* mine.sleep(0);
        note();
      })(),
    );
    expect(seen).toEqual([true, true, 'async', true, true, 'coroutine']);
  });

  test('do not let loops of both run at once', async () => {
    const inside = mine.run(() => theirs.run(() => 1));
    await expect(inside).rejects.toThrow('run() cannot be called from a running event loop');
  });

  test('wait for futures of each other, and cancel each other', async () => {
    const clock = new VirtualClock({ autojump: true });
    const loop = new mine.HostEventLoop({ clock });
    const log: unknown[] = [];
    const nap = function* (): mine.Coroutine<string> {
      try {
        return yield* theirs.sleep(1_000, 'slept');
      } catch (error) {
        log.push(mine.isCancelled(error), error instanceof theirs.CancelledError);
        throw error;
      }
    };
    const main = function* (): mine.Coroutine<unknown> {
      const both = yield* mine.gather([theirs.gather([theirs.sleep(1, 'a')]), nap()]);
      log.push(both);
      const task = loop.createTask(nap());
      yield* mine.sleep(1);
      task.cancel();
      return yield* theirs.gather([task], { returnExceptions: true });
    };
    const [error] = (await loop.runUntilComplete(main())) as unknown[];
    expect(log).toEqual([[['a'], 'slept'], true, true]);
    expect(mine.isCancelled(error)).toBe(true);
    loop.close();
  });
});
