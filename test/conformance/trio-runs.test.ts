/** Trio's runs: the way in, clocks, instruments, and guests. */
import { HostEventLoop, Queue, run as runAsyncio, type Task } from 'threadloop';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { keepRows, rowOf } from './scenario.js';
import { on, type Script, trioScenario } from './trio-scenario.js';

keepRows('trio-runs');

trioScenario('T-01', 'a run gives what main returns, and is alone in its thread', function* () {
  const nested = trio.run(async () => 1);
  const thrown = nested.catch((error: unknown) => error);
  yield* on(trio.checkpoint());
  const seen: unknown[] = [];
  void thrown.then((error) => seen.push(error));
  yield* on(trio.testing.waitAllTasksBlocked());
  expect(String(seen[0])).toContain('Attempted to call run() from inside a run()');
});

trioScenario('T-23', 'runSyncSoon calls in order, and starves nobody', function* () {
  const token = trio.currentTrioToken();
  const calls: number[] = [];
  const call = (number: number): void => void calls.push(number);
  for (let number = 0; number < 100; number += 1) token.runSyncSoon(call, number);
  expect(calls).toEqual([]);
  expect(trio.currentStatistics().runSyncSoonQueueSize).toBe(100);
  yield* on(trio.testing.waitAllTasksBlocked());
  const upToHundred = Array.from({ length: 100 }, (_, index) => index);
  expect(calls.splice(0)).toEqual(upToHundred);
  const once = token.with({ idempotent: true });
  for (let round = 0; round < 3; round += 1) {
    for (const number of upToHundred) once.runSyncSoon(call, number);
  }
  yield* on(trio.testing.waitAllTasksBlocked());
  expect(calls.splice(0)).toEqual(upToHundred);
  let isOver = false;
  const again = (): void => (isOver ? undefined : token.runSyncSoon(again));
  again();
  for (let count = 0; count < 20; count += 1) yield* on(trio.checkpoint());
  isOver = true;
});

trioScenario(
  'T-40',
  'a clock jumps when all tasks are blocked, after those who wait for that',
  (s) =>
    (function* (): Script<void> {
      const startMs = performance.now();
      for (let delayMs = 0; delayMs < 100_000; delayMs += 10_000) {
        const beforeMs = trio.currentTime();
        yield* on(trio.sleep(delayMs));
        expect(trio.currentTime() - beforeMs).toBe(delayMs);
      }
      expect(performance.now() - startMs).toBeLessThan(1_000);
      const record: string[] = [];
      yield* on(
        trio.openNursery((nursery) => {
          nursery.startSoon(
            s.play(function* () {
              yield* on(trio.testing.waitAllTasksBlocked());
              record.push('waiter woke');
              yield* on(trio.testing.waitAllTasksBlocked(1));
              record.push('no jump meanwhile');
              yield* on(trio.sleep(1_000));
              record.push('waiter done');
            }),
          );
          nursery.startSoon(
            s.play(function* () {
              yield* on(trio.sleep(10));
              record.push('yawn');
            }),
          );
        }),
      );
      expect(record).toEqual(['waiter woke', 'no jump meanwhile', 'yawn', 'waiter done']);
      new trio.MockClock().autojumpThreshold = 0;
      expect(() => s.clock.jump(-1)).toThrow("time can't go backwards");
      expect(() => (s.clock.rate = -1)).toThrow('rate must be >= 0');
    })(),
);

/** Scenarios that need a run, or a host, of their own. */
function ownRun(id: string, title: string, body: () => Promise<void>): void {
  const row = rowOf(id, title);
  describe('Trio', () => {
    test(`${id} ${title}`, async () => {
      await body();
      row.ran.push('a run of its own');
    });
  });
}

ownRun('T-01c', 'a run takes functions that wait, and gives their values', async () => {
  expect(await trio.run(async () => 8)).toBe(8);
  expect(
    await trio.run(function* () {
      yield* trio.checkpoint();
      return 9;
    }),
  ).toBe(9);
  await expect(trio.run((() => 8) as never)).rejects.toThrow('expects an async function');
  const failure = new RangeError('main');
  await expect(trio.run(() => Promise.reject(failure))).rejects.toBe(failure);
});

ownRun('T-23c', 'what was accepted runs, and a run that is over accepts nothing', async () => {
  let token: trio.TrioToken | undefined;
  let hasRun = false;
  const failed = trio.run(async () => {
    token = trio.currentTrioToken();
    token.runSyncSoon(() => (hasRun = true));
    throw new RangeError('main crashed');
  });
  await expect(failed).rejects.toThrow('main crashed');
  expect(hasRun).toBe(true);
  expect(() => token?.runSyncSoon(() => {})).toThrow('run() has exited');
  const crashed = trio.run(async () => {
    trio.currentTrioToken().runSyncSoon(() => {
      throw new RangeError('a callback');
    });
    await trio.sleepForever();
  });
  await expect(crashed).rejects.toMatchObject({ code: 'ERR_TRIO_INTERNAL' });
  const lost = trio.run(async () => {
    void trio.spawnSystemTask(() => Promise.reject(new RangeError('a system task')));
    await trio.sleepForever();
  });
  await expect(lost).rejects.toMatchObject({ code: 'ERR_TRIO_INTERNAL' });
});

ownRun('T-41', 'instruments see each step, and one that throws is taken out', async () => {
  const record: string[] = [];
  const of = (text: string) => (task: Task<unknown>) => {
    if (task.getName() === 'observed') record.push(text);
  };
  const recorder: trio.Instrument = {
    beforeRun: () => record.push('before run'),
    afterRun: () => record.push('after run'),
    taskScheduled: of('schedule'),
    beforeTaskStep: of('before'),
    afterTaskStep: of('after'),
  };
  let badCalls = 0;
  const bad: trio.Instrument = {
    beforeTaskStep() {
      badCalls += 1;
      throw new RangeError('bad instrument');
    },
  };
  const reports: unknown[] = [];
  const { error } = console;
  console.error = (...texts: unknown[]) => void reports.push(texts.map(String).join(' '));
  try {
    await trio.run(
      function* observed() {
        for (let count = 0; count < 5; count += 1) yield* trio.checkpoint();
      },
      { instruments: [bad, recorder, recorder] },
    );
  } finally {
    console.error = error;
  }
  const steps = Array.from({ length: 5 }, () => ['before', 'schedule', 'after']).flat();
  expect(record).toEqual(['before run', 'schedule', ...steps, 'before', 'after', 'after run']);
  expect(badCalls).toBe(1);
  expect(reports.join()).toContain('Instrument has been disabled.');
});

ownRun('T-42', 'a guest runs on a queue of callbacks, such as a browser has', async () => {
  const queue: (() => void)[] = [];
  const event = new trio.Event();
  const outcome = await new Promise((resolve) => {
    trio.startGuestRun(
      function* () {
        yield* event.wait();
        yield* trio.sleep(1);
        return 'guest is done';
      },
      { runSyncSoonThreadsafe: (fn) => queue.push(fn), doneCallback: resolve },
    );
    expect(trio.currentTime()).toBeGreaterThan(0);
    expect(() => {
      trio.startGuestRun(async () => {}, {
        runSyncSoonThreadsafe: (fn) => queue.push(fn),
        doneCallback: () => {},
      });
    }).toThrow('from inside a run()');
    setTimeout(() => event.set(), 1);
    const turn = (): void => {
      for (const fn of queue.splice(0)) fn();
      if (trio.currentStatistics().tasksLiving > 1) setImmediate(turn);
      else for (let fn = queue.shift(); fn !== undefined; fn = queue.shift()) fn();
    };
    setImmediate(turn);
  });
  expect(outcome).toEqual({ value: 'guest is done' });
});

const hosts: Readonly<Record<string, <T>(main: () => Promise<T>) => Promise<T>>> = {
  'a loop of ours': (main) => runAsyncio(main, { loopFactory: () => new HostEventLoop() }),
  Node: (main) => main(),
};

for (const [host, runHost] of Object.entries(hosts)) {
  const title = `host and guest play ping-pong, on ${host}`;
  ownRun(host === 'Node' ? 'T-43c' : 'T-43', title, async () => {
    const heard: string[] = [];
    const outcome = await runHost(async () => {
      const toHost = new Queue<number>();
      const [toGuest, fromHost] = trio.openMemoryChannel<number>(Infinity);
      const over = startGuest(async () => {
        for await (const ball of fromHost) {
          heard.push(`guest ${ball}`);
          await trio.sleep(0);
          toHost.putNowait(ball + 1);
        }
        return 'trio-main-done';
      });
      toGuest.sendNowait(0);
      for (;;) {
        const ball = host === 'Node' ? await poll(toHost) : await toHost.get();
        heard.push(`host ${ball}`);
        if (ball >= 10) break;
        toGuest.sendNowait(ball);
      }
      toGuest.close();
      return over;
    });
    expect(outcome).toEqual({ value: 'trio-main-done' });
    expect(heard.slice(0, 3)).toEqual(['guest 0', 'host 1', 'guest 1']);
    expect(heard).toHaveLength(20);
  });
}

async function startGuest<T>(main: () => Promise<T>): Promise<trio.Outcome<T>> {
  return new Promise((resolve) => {
    trio.startGuestRun(main, { runSyncSoonThreadsafe: setImmediate, doneCallback: resolve });
  });
}

/** Node itself has no queue to wait at. */
async function poll(queue: Queue<number>): Promise<number> {
  while (queue.empty()) await new Promise((resolve) => setImmediate(resolve));
  return queue.getNowait();
}
