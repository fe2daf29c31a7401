/** Trio's nurseries: errors as groups, cancel on the first one, start() and started(). */
import * as trio from 'threadloop/trio';
import { expect } from 'vitest';
import { keepRows } from './scenario.js';
import { errorsOf, on, type Script, thrownBy, trioScenario } from './trio-scenario.js';

keepRows('trio-nurseries');

trioScenario('T-02', 'a single error leaves a nursery as a group', function* ({ play }) {
  const failure = new RangeError('the body');
  const thrown = yield* thrownBy(() =>
    on(
      trio.openNursery(
        play(function* () {
          throw failure;
        }),
      ),
    ),
  );
  expect((thrown as Error).message).toBe('Exceptions from Trio nursery');
  expect(errorsOf(thrown)[0]).toBe(failure);
  expect(errorsOf(thrown)).toHaveLength(1);
});

trioScenario('T-04', 'a crash wakes the others, and no error is lost', function* ({ play }) {
  const [ofBody, ofChild] = [new RangeError('body'), new TypeError('child')];
  const crash = play(function* (): Script<never> {
    throw ofChild;
  });
  const both = yield* thrownBy(() =>
    on(
      trio.openNursery((nursery) => {
        nursery.startSoon(crash);
        throw ofBody;
      }),
    ),
  );
  expect(new Set(errorsOf(both))).toEqual(new Set([ofBody, ofChild]));
  const woken = yield* thrownBy(() =>
    on(
      trio.openNursery((nursery) => {
        nursery.startSoon(crash);
        return play(() => on(trio.sleepForever()))();
      }),
    ),
  );
  expect(errorsOf(woken)).toEqual([ofChild]);
});

trioScenario('T-07', 'a task of a cancelled nursery begins all the same', function* ({ play }) {
  const record: string[] = [];
  yield* on(
    trio.openNursery((nursery) => {
      nursery.cancelScope.cancel();
      nursery.startSoon(
        play(function* () {
          record.push('started');
          yield* on(trio.sleepForever());
          record.push('never');
        }),
      );
    }),
  );
  expect(record).toEqual(['started']);
});

trioScenario('T-19', 'start() throws what the task throws before it is ready', function* (stage) {
  const { play, playWith } = stage;
  const failure = new RangeError('too early');
  yield* on(
    trio.openNursery((nursery) => {
      const crash = playWith(function* (_status: trio.TaskStatus<undefined>): Script<void> {
        yield* on(trio.checkpoint());
        throw failure;
      });
      const leave = playWith(function* (_status: trio.TaskStatus<undefined>): Script<void> {});
      return play(function* () {
        expect(yield* thrownBy(() => on(nursery.start(crash)))).toBe(failure);
        const early = yield* thrownBy(() => on(nursery.start(leave)));
        expect(String(early)).toContain('child exited without calling task_status.started()');
        expect(nursery.cancelScope.cancelCalled).toBe(false);
      })();
    }),
  );
});

trioScenario('T-19c', 'a task that is ready belongs to the nursery', function* (stage) {
  const { play, playWith } = stage;
  const record: string[] = [];
  const serve = playWith(function* (port: number, status: trio.TaskStatus<string>): Script<void> {
    yield* on(trio.sleep(5));
    status.started(`port ${port}`);
    expect(() => status.started('again')).toThrow("called 'started' twice");
    yield* on(trio.sleep(5));
    record.push('served');
  });
  yield* on(
    trio.openNursery((nursery) =>
      play(function* () {
        record.push(yield* on(nursery.start(serve, 80)));
        expect(nursery.childTasks.size).toBe(1);
      })(),
    ),
  );
  expect(record).toEqual(['port 80', 'served']);
});

trioScenario('T-20', 'start() in a cancelled scope keeps its task', function* (stage) {
  const { play, playWith } = stage;
  const failure = new RangeError('later');
  type Status = trio.TaskStatus<string>;
  const waits = playWith(function* (status: Status): Script<void> {
    status.started('hi');
    yield* on(trio.checkpoint());
  });
  const returns = playWith(function* (status: Status): Script<void> {
    status.started('hi');
  });
  const throws = playWith(function* (status: Status): Script<void> {
    status.started('hi');
    throw failure;
  });
  yield* on(
    trio.openNursery((nursery) =>
      play(function* () {
        const startCancelled = (fn: typeof waits): Script<unknown> => {
          const scope = new trio.CancelScope();
          scope.cancel();
          return on(scope.run(play(() => on(nursery.start(fn)))));
        };
        expect(yield* startCancelled(waits)).toBe(undefined);
        expect(yield* startCancelled(returns)).toBe('hi');
        expect(yield* thrownBy(() => startCancelled(throws))).toBe(failure);
      })(),
    ),
  );
});

trioScenario('T-22', 'a closed nursery takes no tasks', function* ({ play }) {
  let closed: trio.Nursery | undefined;
  yield* on(trio.openNursery((nursery) => void (closed = nursery)));
  const nursery = closed as trio.Nursery;
  const idle = play(() => on(trio.checkpoint()));
  expect(() => nursery.startSoon(idle)).toThrow('Nursery is closed to new arrivals');
  const thrown = yield* thrownBy(() => on(nursery.start(idle)));
  expect(String(thrown)).toContain('Nursery is closed to new arrivals');
});
