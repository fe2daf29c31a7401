// callSoonThreadsafe across threads: nobody waits, so errors go to the loop that they belong to.

import { getEventLoop, remoteFunction, remoteModule, type RemoteLoop } from 'threadloop';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { newFlag, raised } from './fixtures/flag.js';
import { shareLoops } from './loops.js';

const at = (file: string): URL => new URL(`./fixtures/${file}.ts`, import.meta.url);
const ear = remoteModule<typeof import('./fixtures/ear.js')>(at('ear'));
const functions = remoteModule<typeof import('./fixtures/functions.js')>(at('functions'));

const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loops[0] as RemoteLoop;
const heardThere = () => loop().runCoroutineThreadsafe(ear.readHeard);

beforeAll(async () => {
  await loop().runCoroutineThreadsafe(ear.listen);
});

describe('a post', () => {
  test('runs there, and nobody waits for it', async () => {
    const flag = newFlag();
    const before = threads.coordinator.stats();
    expect(loop().callSoonThreadsafe(functions.raiseFlag, flag).cancelled()).toBe(false);
    await raised(flag);
    expect(threads.coordinator.stats()).toMatchObject({
      pendingCount: 0,
      completedCount: before.completedCount,
    });
  });

  test('that throws is reported there, by name, and those behind it run', async () => {
    const flag = newFlag();
    loop().callSoonThreadsafe(ear.stumble);
    loop().callSoonThreadsafe(functions.raiseFlag, flag);
    await raised(flag);
    expect(await heardThere()).toEqual([
      {
        message: 'Exception in callback stumble() of another thread',
        error: 'RangeError: a stone',
      },
    ]);
  });

  test('of an async function that fails is reported there', async () => {
    loop().callSoonThreadsafe(ear.stumbleLater);
    await loop().runCoroutineThreadsafe(functions.addCoroutine, 1, 2);
    expect(await heardThere()).toMatchObject([{ error: 'RangeError: a later stone' }]);
  });

  test('of a coroutine is reported there: nobody would drive it', async () => {
    loop().callSoonThreadsafe(ear.coroutine);
    expect(await heardThere()).toMatchObject([
      { error: 'TypeError: coroutines cannot be used with callSoonThreadsafe()' },
    ]);
  });

  test('of a function that is not there is reported there', async () => {
    loop().callSoonThreadsafe(remoteFunction(at('nowhere'), 'stumble'));
    loop().callSoonThreadsafe(remoteFunction(at('ear'), 'tumble'));
    expect(await heardThere()).toMatchObject([
      { error: expect.stringContaining('ModuleNotFoundError: Cannot find module') as string },
      { error: expect.stringContaining("has no export 'tumble'") as string },
    ]);
  });

  test('with an argument that cannot be copied is reported here', async () => {
    const here = getEventLoop();
    const reports = recordReports(here);
    onTestFinished(() => here.setExceptionHandler(null));
    const flag = newFlag();
    loop().callSoonThreadsafe(functions.echo, () => {});
    loop().callSoonThreadsafe(functions.raiseFlag, flag);
    await raised(flag);
    expect(reports).toMatchObject([
      {
        message: "A callback for loop 'loop-1' could not be sent",
        exception: { name: 'NotCloneableError' },
      },
    ]);
    expect(await heardThere()).toEqual([]);
  });
});
