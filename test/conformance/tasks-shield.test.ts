/** asyncio's test_tasks: shielding work from the cancellation of those who wait. */
import { type Coroutine, type Future, isCancelled, shield, sleep } from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds } from './both-kinds.js';
import { hear, runOneTick } from './hearing.js';
import { keepRows } from './scenario.js';

keepRows('tasks-shield');

type Three = [Future<number>, Future<number>, Future<number>];

scenarioInBothKinds('A-076', 'an error behind a cancelled shield is reported', async (stage) => {
  const loop = stage.newLoop();
  const reports = hear(loop);
  /** Shields it so often, cancels every shield, and then settles what was behind them. */
  const settle = async (inner: Future<number>, times: number, end: () => void): Promise<void> => {
    await stage.run(
      stage.work(function* (): Coroutine<void> {
        for (let count = 0; count < times; count += 1) {
          const outer = shield(inner);
          yield* sleep(0);
          outer.cancel();
        }
        yield* sleep(0);
      }),
      loop,
    );
    end();
    await runOneTick(loop);
  };
  const failure = new RangeError('too late');
  const [failing, fine, twice] = [1, 2, 3].map(() => loop.createFuture<number>()) as Three;
  await settle(failing, 1, () => failing.setException(failure));
  expect(failing.cancelled()).toBe(false);
  const message = 'RangeError exception in shielded future';
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatchObject({ message, exception: failure });
  expect(reports[0]?.future).toBe(failing);
  await settle(fine, 1, () => fine.setResult(1));
  expect(reports).toHaveLength(1);
  await settle(twice, 2, () => twice.setException(failure));
  expect(reports).toHaveLength(2);
});

scenarioInBothKinds('A-077', 'a shield lets the work go on', async (stage) => {
  const loop = stage.newLoop();
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const inner = loop.createFuture<number>();
      const outer = shield(inner);
      inner.cancel();
      yield* sleep(0);
      expect(outer.cancelled()).toBe(true);

      const done = loop.createFuture<number>();
      done.setResult(1);
      expect(shield(done)).toBe(done);

      const log: string[] = [];
      const waiting = loop.createTask(
        stage.work(function* (): Coroutine<void> {
          const protectedWork = stage.work(function* (): Coroutine<void> {
            yield* sleep(20);
            log.push('inner');
          });
          yield* shield(loop.createTask(protectedWork));
          log.push('never');
        }),
      );
      yield* sleep(10);
      waiting.cancel();
      try {
        yield* waiting;
      } catch (error) {
        log.push(isCancelled(error) ? 'cancelled' : String(error));
      }
      yield* sleep(20);
      expect(log).toEqual(['cancelled', 'inner']);
    }),
    loop,
  );
});
