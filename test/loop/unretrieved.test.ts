// An error that nobody looks at is reported: when its future is collected, or at process exit.

import { type Coroutine, Future, type HostEventLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { collectGarbage, hostLoop, recordReports, runOneTick, runProgram } from './fixtures.js';

async function reportsAfter(use: (loop: HostEventLoop) => unknown): Promise<unknown[][]> {
  const loop = hostLoop();
  const reports = recordReports(loop);
  // In a function of its own, so that nothing here holds on to the future.
  await (async () => void (await use(loop)))();
  await collectGarbage();
  await collectGarbage();
  return reports.map(({ message, exception, future }) => [message, exception, future]);
}

describe('an error that nobody has seen', () => {
  test('is reported once its future is gone, with a description of it', async () => {
    const failure = new RangeError('out of reach');
    const reports = await reportsAfter((loop) => loop.createFuture().setException(failure));
    expect(reports).toEqual([
      [
        'Future exception was never retrieved',
        failure,
        "<Future finished exception=RangeError('out of reach')>",
      ],
    ]);
  });

  test('is reported by the name of the class, for a task or whatever a user derives', async () => {
    class Promise42 extends Future<number> {}
    const failure = new Error('nobody cares');
    const reports = await reportsAfter(async (loop) => {
      new Promise42({ loop }).setException(failure);
      void loop.createTask(
        () => {
          throw failure;
        },
        { name: 'careless' },
      );
      await runOneTick(loop);
    });
    expect(new Map(reports.map(([message, , future]) => [message, future]))).toEqual(
      new Map([
        [
          'Promise42 exception was never retrieved',
          "<Promise42 finished exception=Error('nobody cares')>",
        ],
        [
          'Task exception was never retrieved',
          "<Task finished name='careless' exception=Error('nobody cares')>",
        ],
      ]),
    );
  });

  test.for([
    ['result()', (future: Future<unknown>) => expect(() => future.result()).toThrow()],
    ['exception()', (future: Future<unknown>) => future.exception()],
    ['cancel()', (future: Future<unknown>) => future.cancel()],
    ['await', async (future: Future<unknown>) => await expect(future).rejects.toThrow('odd')],
    ['catch()', async (future: Future<unknown>) => await future.catch(() => 0)],
  ] as const)('is not reported when %s has been used', async ([, look]) => {
    const reports = await reportsAfter(async (loop) => {
      const future = loop.createFuture();
      future.setException(new Error('odd'));
      await look(future);
    });
    expect(reports).toEqual([]);
  });

  test('is not reported when a coroutine got it', async () => {
    const reports = await reportsAfter(async (loop) => {
      const failing = loop.createTask(() => {
        throw new Error('odd');
      });
      const caught = loop.createTask(
        (function* (): Coroutine<string> {
          try {
            return yield* failing;
          } catch {
            return 'caught';
          }
        })(),
      );
      expect(await loop.runUntilComplete(caught)).toBe('caught');
    });
    expect(reports).toEqual([]);
  });

  test('is a cancellation at times, and then it is no error', async () => {
    const reports = await reportsAfter((loop) => loop.createFuture().cancel());
    expect(reports).toEqual([]);
  });

  test('is reported at process exit where no garbage was collected', async () => {
    const { stderr, stdout, code } = await runProgram(`
      import { getEventLoop, run } from 'threadloop';
      const future = getEventLoop().createFuture();
      future.setException(new RangeError('out of reach'));
      console.log(String(future));
    `);
    expect(stdout).toBe("<Future finished exception=RangeError('out of reach')>\n");
    expect(stderr).toMatch(/^Future exception was never retrieved\nfuture: .*<Future finished/);
    expect(stderr).toMatch('RangeError: out of reach');
    expect(stderr.match(/never retrieved/g)).toHaveLength(1);
    expect(code).toBe(0);
  });
});
