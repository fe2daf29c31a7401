// A loop of a user's, in the places where one can be: the current one, run()'s, a worker's.

import {
  Coordinator,
  type Coroutine,
  getRunningLoop,
  newEventLoop,
  remoteModule,
  run,
  setEventLoop,
  setLoopFactory,
} from 'threadloop';
import { loopContract } from 'threadloop/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PriorityLoop } from '../../examples/loops/priority-loop.js';

const probe = remoteModule<typeof import('./fixtures/which-loop.js')>(
  new URL('./fixtures/which-loop.ts', import.meta.url),
);

describe('the loop of the example', () => {
  for (const { name, check } of loopContract(() => new PriorityLoop())) test(name, check);

  test('runs what is urgent first, and keeps the order of the others', async () => {
    const loop = new PriorityLoop();
    onTestFinished(() => loop.close());
    const log: string[] = [];
    for (const word of ['a', 'b', 'c']) loop.callSoon(() => log.push(word));
    for (const word of ['1', '2', '3']) loop.callUrgently(() => log.push(word));
    loop.callUrgently(() => log.push('cancelled')).cancel();
    loop.stop();
    await loop.runForever();
    expect(log).toEqual(['1', '2', '3', 'a', 'b', 'c']);
  });
});

test('a coordinator and its calls live on a loop of the user in the home thread', async () => {
  setLoopFactory(() => new PriorityLoop());
  onTestFinished(() => setLoopFactory(null));
  expect(newEventLoop()).toBeInstanceOf(PriorityLoop);
  const main = async (): Promise<string> => {
    expect(getRunningLoop()).toBeInstanceOf(PriorityLoop);
    await using coordinator = await Coordinator.start({ loops: 1 });
    return await coordinator.loop('loop-1').runCoroutineThreadsafe(probe.loopClass);
  };
  expect(await run(main)).toBe('HostEventLoop');
});

test('a module that Node loads first gives the workers a loop of the user', async () => {
  const loop = new PriorityLoop();
  setEventLoop(loop);
  onTestFinished(() => {
    setEventLoop(null);
    loop.close();
  });
  const preload = new URL('./fixtures/eager-factory.js', import.meta.url).href;
  const main = function* (): Coroutine<unknown> {
    const coordinator = yield* Coordinator.start({
      loops: 1,
      execArgv: ['--import', preload],
    });
    const name = yield* coordinator.loop('loop-1').runCoroutineThreadsafe(probe.loopClass);
    yield* coordinator.shutdown();
    return name;
  };
  expect(await loop.runUntilComplete(main())).toBe('EagerLoop');
});
