// The scheduler of another thread's loop: remote functions run there, closures here and in order.

import { firstValueFrom, from, observeOn, of, tap, toArray } from 'rxjs';
import {
  getEventLoop,
  LoopDiedError,
  remoteModule,
  type ExceptionContext,
  type RemoteLoop,
} from 'threadloop';
import { loopScheduler } from 'threadloop/rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newFlag, raise, raised } from '../../threads/fixtures/flag.js';
import { eventually, shareLoops, startLoops } from '../../threads/loops.js';
import { expectTimeOfDay } from '../time-of-day.js';

const journal = remoteModule<typeof import('../fixtures/work.js')>(
  new URL('../fixtures/work.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');
const readNotes = () => loop().runCoroutineThreadsafe(journal.readNotes);

describe('loopScheduler(remoteLoop)', () => {
  test('runs remote functions there, with their state, in order', async () => {
    const scheduler = loopScheduler(loop());
    scheduler.schedule(journal.note, 0, 'a');
    scheduler.schedule(journal.note, 0, 'b');
    expect(await readNotes()).toEqual(['a', 'b']);
    scheduler.schedule(journal.note, 5, 'late');
    scheduler.schedule(journal.note, 5, 'withdrawn').unsubscribe();
    await eventually(() => loop().stats().pendingCount === 0);
    let notes: string[] = [];
    while (notes.length === 0) notes = await readNotes();
    expect(notes).toEqual(['late']);
  });

  test('withdraws a remote function that has not begun', async () => {
    const [started, go] = [newFlag(), newFlag()];
    const busy = loop().runCoroutineThreadsafe(journal.block, started, go);
    await raised(started);
    const action = loopScheduler(loop()).schedule(journal.note, 0, 'too late');
    action.unsubscribe();
    raise(go);
    await busy;
    expect(await readNotes()).toEqual([]);
  });

  test('observes after a turn there: behind all that was sent before', async () => {
    const remote = loop();
    const [started, go] = [newFlag(), newFlag()];
    const seen: string[] = [];
    const busy = remote.runCoroutineThreadsafe(journal.block, started, go);
    await raised(started);
    const items = firstValueFrom(
      from(['x', 'y']).pipe(
        tap((item) => void remote.callSoonThreadsafe(journal.note, item)),
        observeOn(loopScheduler(remote)),
        tap((item) => seen.push(item)),
        toArray(),
      ),
    );
    await new Promise((resolve) => void setTimeout(resolve, 10));
    expect(seen).toEqual([]);
    raise(go);
    await busy;
    expect(await items).toEqual(['x', 'y']);
    expect(await readNotes()).toEqual(['x', 'y']);
  });

  test('waits for a delay on the loop of this thread, and can be unsubscribed in it', async () => {
    const log: number[] = [];
    const scheduler = loopScheduler(loop());
    expectTimeOfDay(() => scheduler.now());
    await new Promise<void>((resolve) => {
      scheduler.schedule(() => log.push(0), 1).unsubscribe();
      scheduler.schedule<number>(
        function (state = 0) {
          log.push(state);
          if (state < 3) this.schedule(state + 1, 2);
          else resolve();
        },
        2,
        1,
      );
    });
    expect(log).toEqual([1, 2, 3]);
  });

  test('goes on without the turn of a loop that is lost, and reports it', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [remote] = coordinator.loops as [RemoteLoop];
    const near = getEventLoop();
    const reports: ExceptionContext[] = [];
    near.setExceptionHandler((_loop, context) => reports.push(context));
    onTestFinished(() => near.setExceptionHandler(null));
    const scheduler = loopScheduler(remote);
    remote.callSoonThreadsafe(journal.die);
    const item = firstValueFrom(of(1).pipe(observeOn(scheduler)));
    expect(await item).toBe(1);
    expect(reports[0]?.exception).toBeInstanceOf(LoopDiedError);
    expect(reports[0]?.message).toBe(
      `No turn on loop '${remote.name}': the work goes on without it`,
    );
    await coordinator.shutdown();
    expect(await firstValueFrom(of(2).pipe(observeOn(scheduler)))).toBe(2);
    // Once for the item, once for the end.
    expect(reports).toHaveLength(4);
  });
});
