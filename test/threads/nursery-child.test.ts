// Nurseries whose children run on other threads' loops: what leaves them, and when.

import { type Coroutine, getLoop, LoopDiedError, remoteModule, run } from 'threadloop';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise } from './fixtures/flag.js';
import { eventually, shareLoops } from './loops.js';

const far = remoteModule<typeof import('./fixtures/children.js')>(
  new URL('./fixtures/children.ts', import.meta.url),
);
shareLoops({ loops: 2 });

/** The first word counts beats, the second says that a clean-up has ended. */
function newBeats(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Runs the work in a run; gives what it throws, `null` when it ends well. */
async function thrownBy(work: () => Coroutine<unknown> | PromiseLike<unknown>): Promise<unknown> {
  try {
    await trio.run(async () => work());
    return null;
  } catch (error) {
    return error;
  }
}

function messagesOf(error: unknown): string[] {
  return error instanceof trio.ExceptionGroup
    ? error.errors.map(String)
    : [`no group: ${String(error)}`];
}

async function expectStill(beats: Int32Array): Promise<void> {
  const before = Atomics.load(beats, 0);
  expect(before).toBeGreaterThan(0);
  await new Promise((resolve) => void setTimeout(resolve, 10));
  expect(Atomics.load(beats, 0)).toBe(before);
}

const [one, two] = [() => getLoop('loop-1'), () => getLoop('loop-2')];

describe('a nursery across threads', () => {
  test('waits for children of every kind, wherever they run', async () => {
    const beats = newBeats();
    await trio.run(function* () {
      yield* trio.openNursery((nursery) => {
        nursery.startSoonOn(one(), far.count, beats);
        nursery.startSoonOn(two(), far.countAsync, beats);
        nursery.startSoonOn(two(), far.countPlain, beats);
        nursery.startSoonOn(getLoop('main'), far.count, beats);
        nursery.startSoonOn(one(), far.returnFunction);
        expect(nursery.childTasks.size).toBe(5);
      });
    });
    expect(Atomics.load(beats, 0)).toBe(4);
  });

  test('also outside of a run, in any task', async () => {
    const beats = newBeats();
    await run(async () => {
      await trio.openNursery((nursery) => nursery.startSoonOn(one(), far.count, beats));
    });
    expect(Atomics.load(beats, 0)).toBe(1);
  });

  test('fails with the error of a child, and ends all others before', async () => {
    const [here, there] = [newBeats(), newBeats()];
    const error = await thrownBy(() =>
      trio.openNursery(async (nursery) => {
        nursery.startSoonOn(two(), far.beatOn, there, 5);
        nursery.startSoon(async () => {
          try {
            await trio.sleepForever();
          } finally {
            here[0] = 1;
          }
        });
        await untilBeats(there);
        nursery.startSoonOn(one(), far.fail, 'out of paper');
      }),
    );
    expect(messagesOf(error)).toEqual(['RangeError: out of paper']);
    expect((error as trio.ExceptionGroup).errors[0]).toBeInstanceOf(RangeError);
    expect([here[0], Atomics.load(there, 1)]).toEqual([1, 1]);
    await expectStill(there);
  });

  test('cancels by level: every wait of a child ends', async () => {
    const [beats, swallowed] = [newBeats(), newBeats()];
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      await scope.run(() =>
        trio.openNursery(async (nursery) => {
          nursery.startSoonOn(one(), far.swallow, beats, swallowed);
          await untilBeats(beats);
          scope.cancel();
        }),
      );
      expect(scope.cancelledCaught).toBe(true);
    });
    expect(Atomics.load(swallowed, 0)).toBe(5);
  });

  test('is cut off by a deadline, and waits for what a child shields', async () => {
    const beats = newBeats();
    await trio.run(async () => {
      const scope = trio.moveOnAfter(30);
      await scope.run(() =>
        trio.openNursery((nursery) => nursery.startSoonOn(one(), far.beatOn, beats, 20)),
      );
      expect(scope.cancelledCaught).toBe(true);
    });
    expect(Atomics.load(beats, 1)).toBe(1);
    await expectStill(beats);
  });

  test('hears what a child throws while it cleans up', async () => {
    const beats = newBeats();
    const error = await thrownBy(() =>
      trio.openNursery(async (nursery) => {
        nursery.startSoonOn(one(), far.failLast, beats, 'the disk is full');
        await untilBeats(beats);
        nursery.cancelScope.cancel();
      }),
    );
    expect(messagesOf(error)).toEqual(['RangeError: the disk is full']);
  });

  test('ends functions that ask, and those that hear a signal', async () => {
    const signalled = far.beatOnSignal as unknown as typeof far.beat;
    for (const fn of [far.beatHard, signalled, far.beatInside, far.beatAsync]) {
      const beats = newBeats();
      await trio.run(() =>
        trio.openNursery(async (nursery) => {
          nursery.startSoonOn(one(), fn, beats);
          await untilBeats(beats);
          nursery.cancelScope.cancel();
        }),
      );
      await expectStill(beats);
    }
  });

  test('ends the thread of a child that does not listen, after its grace', async () => {
    const beats = newBeats();
    const error = await thrownBy(() =>
      trio.openNursery(async (nursery) => {
        nursery.startSoonOn(two().with({ graceMs: 20 }), far.beatDeaf, beats);
        await untilBeats(beats);
        nursery.cancelScope.cancel();
      }),
    );
    expect((error as trio.ExceptionGroup).errors[0]).toBeInstanceOf(LoopDiedError);
    expect(messagesOf(error)[0]).toContain('went on for 20 ms after it was cancelled');
    await expectStill(beats);
  });

  test('begins no child that was cancelled while its thread was busy', async () => {
    const [started, end, beats] = [newFlag(), newFlag(), newBeats()];
    const busy = one().runCoroutineThreadsafe(far.block, started, end);
    await eventually(() => isRaised(started));
    await trio.run(() =>
      trio.openNursery(async (nursery) => {
        nursery.startSoonOn(one(), far.beat, beats);
        await trio.checkpoint();
        await trio.checkpoint();
        nursery.cancelScope.cancel();
      }),
    );
    expect(isRaised(end)).toBe(false);
    raise(end);
    await busy;
    await one().runCoroutineThreadsafe(far.countPlain, newBeats());
    expect(Atomics.load(beats, 0)).toBe(0);
  });

  test('takes asyncio cancels of its task for the same', async () => {
    const beats = newBeats();
    await trio.run(async () => {
      await trio.openNursery(async (nursery) => {
        nursery.startSoonOn(one(), far.beatOn, beats, 10);
        await untilBeats(beats);
        const [child] = nursery.childTasks;
        child?.cancel();
        await trio.sleep(2);
        child?.cancel();
      });
    });
    expect(Atomics.load(beats, 1)).toBe(1);
    await expectStill(beats);
  });

  test('refuses what is no remote loop or no remote function', async () => {
    await trio.run(() =>
      trio.openNursery(async (nursery) => {
        const loose = nursery as unknown as {
          startSoonOn(loop: unknown, fn: unknown): void;
        };
        expect(() => loose.startSoonOn(null, far.count)).toThrow('expects a remote loop');
        expect(() => loose.startSoonOn(one(), () => 0)).toThrow('expects a remote function');
      }),
    );
  });

  test('names the argument that cannot be copied, or the module that is not there', async () => {
    const bad = await thrownBy(() =>
      trio.openNursery((nursery) => {
        nursery.startSoonOn(one(), far.fail, (() => '') as never);
      }),
    );
    expect(messagesOf(bad)[0]).toContain('NotCloneableError');
    const nowhere = remoteModule<typeof import('./fixtures/children.js')>('file:///no/such.js');
    const missing = await thrownBy(() =>
      trio.openNursery((nursery) => nursery.startSoonOn(one(), nowhere.fail, '')),
    );
    expect(messagesOf(missing)[0]).toContain('ModuleNotFoundError');
  });
});

describe('startOn()', () => {
  test('gives the value with which a child has started, and leaves it to the nursery', async () => {
    const beats = newBeats();
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      await scope.run(() =>
        trio.openNursery(async (nursery) => {
          expect(await nursery.startOn(one(), far.serve, beats, 80)).toBe('port 80');
          expect(await nursery.startOn(one(), far.serveBriefly)).toBe('done already');
          await untilBeats(beats);
          scope.cancel();
        }),
      );
    });
    await expectStill(beats);
  });

  test('throws what a child throws before, and leaves the nursery alone', async () => {
    await trio.run(() =>
      trio.openNursery(async (nursery) => {
        await expect(nursery.startOn(one(), far.failBeforeStart)).rejects.toThrow(
          new RangeError('no socket'),
        );
        await expect(nursery.startOn(one(), far.neverSay)).rejects.toThrow(
          'child exited without calling task_status.started()',
        );
        await expect(nursery.startOn(one(), far.startWithFunction)).rejects.toThrow(
          /cannot be|could not be/u,
        );
        expect(nursery.cancelScope.cancelCalled).toBe(false);
      }),
    );
  });

  test('fails the nursery with what comes after', async () => {
    const error = await thrownBy(() =>
      trio.openNursery(async (nursery) => {
        expect(await nursery.startOn(one(), far.startTwice)).toBe(1);
      }),
    );
    expect(messagesOf(error)[0]).toContain("called 'started' twice on the same task status");
  });
});

async function untilBeats(beats: Int32Array): Promise<void> {
  await eventually(() => Atomics.load(beats, 0) > 0);
}
