/** What asyncio's tests do from a second thread: here by way of a `RemoteLoop`. */
import { InvalidArgumentError, isCancelled, remoteModule } from 'threadloop';
import { expect } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { shareLoops } from '../threads/loops.js';
import { errorOf } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('threadsafe');

const probes = remoteModule<typeof import('./fixtures/probes.js')>(
  new URL('./fixtures/probes.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1, name: 'far' });
const far = () => threads.coordinator.loop('far-1');
const onlyThreads = {
  virtual: 'other threads have the loop that their coordinator gave them',
  blocking: 'other threads have the loop that their coordinator gave them',
};

scenario(
  'A-006',
  "another thread schedules with callSoonThreadsafe, and has no way to the loop's own methods",
  async () => {
    // asyncio's debug mode raises; here the loop of another thread is another type altogether.
    for (const method of ['callSoon', 'callLater', 'callAt']) {
      expect(far()).not.toHaveProperty(method);
    }
    const heard = new Int32Array(new SharedArrayBuffer(4));
    far().callSoonThreadsafe(probes.raise, heard);
    await far().runCoroutineThreadsafe(probes.nothing);
    expect(heard[0]).toBe(1);
  },
  { notOn: onlyThreads },
);

scenario(
  'A-024',
  'calls from another thread come in their order, before what is scheduled there later',
  async () => {
    for (const index of [0, 1, 2, 3, 4]) far().callSoonThreadsafe(probes.note, String(index));
    await far().runCoroutineThreadsafe(probes.noteLocally, 'local');
    expect(await far().runCoroutineThreadsafe(probes.takeNotes)).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      'local',
    ]);
  },
  { notOn: onlyThreads },
);

scenario(
  'A-026',
  'a cancel from another thread comes too late for a callback that runs, and before it prevents it',
  async () => {
    const [started, goOn] = [newFlag(), newFlag()];
    // asyncio's cancel() blocks meanwhile; here it is a message, and never blocks.
    const running = far().callSoonThreadsafe(probes.noteBetween, started, goOn);
    await raised(started);
    running.cancel();
    raise(goOn);
    far().callSoonThreadsafe(probes.note, 'never').cancel();
    await far().runCoroutineThreadsafe(probes.addAfterATick, 1, 2);
    expect(await far().runCoroutineThreadsafe(probes.takeNotes)).toEqual(['ran to its end']);
  },
  { notOn: onlyThreads },
);

scenario(
  'A-081',
  'a coroutine on the loop of another thread gives its value, its error or its cancellation',
  async () => {
    expect(await far().runCoroutineThreadsafe(probes.addAfterATick, 1, 2)).toBe(3);
    const failing = far().runCoroutineThreadsafe(probes.failAfterATick);
    expect(await errorOf(() => failing)).toEqual(new RangeError('Fail!'));
    const started = newFlag();
    const endless = far().runCoroutineThreadsafe(probes.waitForEver, started);
    await raised(started);
    expect(endless.done()).toBe(false);
    expect(endless.cancel()).toBe(true);
    expect(isCancelled(await errorOf(() => endless))).toBe(true);
    // Calls keep their order, and so does what is withdrawn: the task has heard by now.
    await far().runCoroutineThreadsafe(probes.addAfterATick, 1, 2);
    expect(await far().runCoroutineThreadsafe(probes.takeNotes)).toEqual(['cancelled']);
    const itself = far().runCoroutineThreadsafe(probes.cancelItself);
    expect(isCancelled(await errorOf(() => itself))).toBe(true);
    const noFunction = 7 as unknown as typeof probes.nothing;
    expect(() => far().runCoroutineThreadsafe(noFunction)).toThrow(InvalidArgumentError);
  },
  { notOn: onlyThreads },
);

scenario(
  'A-082',
  'a task factory that fails over there fails the call over here',
  async () => {
    await far().runCoroutineThreadsafe(probes.takeNotes);
    await far().runCoroutineThreadsafe(probes.breakTaskFactory);
    const call = far().runCoroutineThreadsafe(probes.addAfterATick, 1, 2);
    expect(await errorOf(() => call)).toEqual(new ReferenceError('no such task'));
    const mended = newFlag();
    far().callSoonThreadsafe(probes.mendTaskFactory, mended);
    await raised(mended);
    // asyncio raises into its loop, too: here the caller, who always waits, is told once.
    expect(await far().runCoroutineThreadsafe(probes.takeNotes)).toEqual([]);
  },
  { notOn: onlyThreads },
);
