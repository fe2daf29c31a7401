// A guest run on Node itself, where no loop of ours runs between its passes: other threads find it.

import { remoteModule } from 'threadloop';
import * as trio from 'threadloop/trio';
import { expect, test } from 'vitest';
import { startLoops } from '../threads/loops.js';

const jobs = remoteModule<typeof import('../conformance/fixtures/thread-jobs.js')>(
  new URL('../conformance/fixtures/thread-jobs.ts', import.meta.url),
);
const far = remoteModule<typeof import('../threads/fixtures/children.js')>(
  new URL('../threads/fixtures/children.ts', import.meta.url),
);

async function runAsGuest<T>(main: () => Promise<T>): Promise<trio.Outcome<T>> {
  return new Promise((resolve) => {
    trio.startGuestRun(main, { runSyncSoonThreadsafe: setImmediate, doneCallback: resolve });
  });
}

test('a thread comes back into a guest run, where no loop runs beside it', async () => {
  const outcome = await runAsGuest(async () => {
    const name = trio.currentTask()?.getName();
    const names = await trio.toThread.runSync(jobs.whoWaits);
    return [names.every((each) => each === name), names.length];
  });
  expect(outcome).toEqual({ value: [true, 3] });
});

test('a guest run has children on other loops', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const outcome = await runAsGuest(async () => {
    const loop = coordinator.loop('loop-1');
    return trio.openNursery(async (nursery) => {
      const said = await nursery.startOn(loop, far.serve, beats, 80);
      nursery.cancelScope.cancel();
      return said;
    });
  });
  expect(outcome).toEqual({ value: 'port 80' });
});
