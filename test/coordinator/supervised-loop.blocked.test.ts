// A coordinator whose thread is blocked cannot do what it does by timers and events.

import { DeadlockError, TimeoutError } from 'threadloop';
import { expect, test } from 'vitest';
import { holdTime, last, startScripted, until, work } from './scripted-threads.js';

test('blocking for a loop whose next thread is still to be started is a deadlock', async () => {
  holdTime();
  const scripted = await startScripted({}, (thread) => {
    thread.onCall = (call) => call.answer('done');
    thread.ready();
  });
  const loop = scripted.coordinator.loop('loop-1');
  last(scripted).exit({ exitCode: 3 });
  await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
  const call = loop.runCoroutineThreadsafe(work);
  expect(() => call.result(0)).toThrow(TimeoutError);
  expect(() => call.result()).toThrow(DeadlockError);
  expect(() => call.result()).toThrow("the next thread of loop 'loop-1' is started by this one");
});
