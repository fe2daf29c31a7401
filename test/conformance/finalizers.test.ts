/** What is told of things that were lost: errors nobody saw, unfinished tasks, unclosed loops. */
import {
  BlockingEventLoop,
  type Coroutine,
  type EventLoop,
  type ExceptionContext,
  HostEventLoop,
} from 'threadloop';
import { VirtualEventLoop } from 'threadloop/testing';
import { expect } from 'vitest';
import { collectGarbage } from '../loop/fixtures.js';
import { scenarioInBothKinds } from './both-kinds.js';
import { errorOf, hear, runOneTick } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('finalizers');

/** In a function of its own, so that nothing here holds on to what it makes. */
async function afterLosing(lose: () => unknown): Promise<void> {
  await (async () => void (await lose()))();
  await collectGarbage();
  await collectGarbage();
}

const messagesOf = (reports: readonly ExceptionContext[]): unknown[] =>
  reports.map(({ message }) => message);

scenario(
  'S-1.6-7',
  'an error that nobody saw is reported when its future is lost',
  async (stage) => {
    const loop = stage.newLoop();
    const reports = hear(loop);
    const failure = new RangeError('odd');
    await afterLosing(() => loop.createFuture().setException(failure));
    expect(messagesOf(reports)).toEqual(['Future exception was never retrieved']);
    expect(reports[0]?.exception).toBe(failure);
    expect(Object.keys(reports[0] ?? {}).sort()).toEqual(['exception', 'future', 'message']);
    await afterLosing(() => {
      const seen = loop.createFuture();
      seen.setException(failure);
      seen.exception();
      const cancelled = loop.createFuture();
      cancelled.setException(failure);
      cancelled.cancel();
    });
    expect(reports).toHaveLength(1);
  },
);

scenarioInBothKinds(
  'S-1.7-10',
  'an unfinished task of a closed loop is reported',
  async (stage) => {
    const loop = stage.newLoop();
    const reports = hear(loop);
    await afterLosing(async () => {
      void loop.createTask(
        stage.work(function* (): Coroutine<void> {
          yield* loop.createFuture<void>();
        }),
        { name: 'lost' },
      );
      await runOneTick(loop);
    });
    // Where we depart: a loop that is open holds its tasks.
    expect(reports).toEqual([]);
    await afterLosing(() => loop.close());
    expect(messagesOf(reports)).toEqual(['Task was destroyed but it is pending!']);
    expect(reports[0]?.task).toMatch(/^<Task pending name='lost'/);
  },
);

scenarioInBothKinds(
  'S-1.2-6',
  "a run's own task is not reported when it was stopped",
  async (stage) => {
    const loop = stage.newLoop();
    const reports = hear(loop);
    await afterLosing(async () => {
      const forEver = stage.work(function* (): Coroutine<void> {
        loop.callSoon(() => loop.stop());
        yield* loop.createFuture<void>();
      });
      await errorOf(() => stage.run(forEver, loop));
      loop.close();
    });
    expect(reports).toEqual([]);
  },
);

scenario('S-1.2-7', 'a loop that nobody closed is told of in debug mode', async ({ kind }) => {
  const makers = {
    host: () => new HostEventLoop(),
    virtual: () => new VirtualEventLoop(),
    blocking: () => new BlockingEventLoop(),
  };
  const warnings: Error[] = [];
  const listener = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listener);
  const lose = (use: (loop: EventLoop) => void) => afterLosing(() => use(makers[kind]()));
  await lose((loop) => loop.setDebug(true));
  await lose(() => {});
  await lose((loop) => {
    loop.setDebug(true);
    loop.close();
  });
  process.off('warning', listener);
  expect(warnings.map(({ name }) => name)).toEqual(['ResourceWarning']);
  expect(warnings[0]?.message).toMatch(
    /^unclosed event loop <\w+EventLoop running=false closed=false debug=true>$/,
  );
});
