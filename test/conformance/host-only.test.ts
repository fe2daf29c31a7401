/** Signals and async generators, which only loops that share their thread with Node have. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type EventLoop,
  type HostEventLoop,
  InvalidArgumentError,
  LoopClosedError,
  run,
  sleep,
} from 'threadloop';
import { expect } from 'vitest';
import { hear } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('host-only');

const notOn = { blocking: 'Node stands still while it runs' };

/** Waits for the signal, which Node brings at some later turn. */
async function send(signal: NodeJS.Signals): Promise<void> {
  const heard = new Promise((resolve) => process.once(signal, resolve));
  process.kill(process.pid, signal);
  await heard;
}

scenario(
  'S-1.4-1',
  'a signal calls the handler on the loop, until it is taken back',
  async ({ newLoop }) => {
    const loop = newLoop() as HostEventLoop;
    const variable = new AsyncLocalStorage<string>();
    const log: unknown[] = [];
    await loop.runUntilComplete(async () => {
      loop.addSignalHandler('SIGUSR2', () => log.push('replaced'));
      variable.run('of the caller', () =>
        loop.addSignalHandler(
          'SIGUSR2',
          (word: string) => log.push(word, variable.getStore()),
          'on',
        ),
      );
      await send('SIGUSR2');
      await sleep(0);
      expect(log).toEqual(['on', 'of the caller']);
      expect(loop.removeSignalHandler('SIGUSR2')).toBe(true);
      expect(loop.removeSignalHandler('SIGUSR2')).toBe(false);
      await send('SIGUSR2');
      await sleep(0);
    });
    expect(log).toEqual(['on', 'of the caller']);
  },
  { notOn },
);

scenario(
  'S-1.4-2',
  'signal handlers are checked, and end with their loop',
  ({ newLoop }) => {
    const loop = newLoop() as HostEventLoop;
    const f = (): void => {};
    expect(() => loop.addSignalHandler('SIGUSR2', async () => {})).toThrow(
      'coroutines cannot be used with addSignalHandler()',
    );
    expect(() => loop.addSignalHandler('SIGNONE' as 'SIGINT', f)).toThrow(InvalidArgumentError);
    expect(() => loop.addSignalHandler('SIGKILL', f)).toThrow('sig SIGKILL cannot be caught');
    const countBefore = process.listenerCount('SIGUSR2');
    loop.addSignalHandler('SIGUSR2', f);
    expect(process.listenerCount('SIGUSR2')).toBe(countBefore + 1);
    loop.close();
    expect(process.listenerCount('SIGUSR2')).toBe(countBefore);
    expect(() => loop.addSignalHandler('SIGUSR2', f)).toThrow(LoopClosedError);
  },
  { notOn },
);

scenario(
  'S-1.2-8',
  'the end of a run closes the async generators that were tracked',
  async ({ newLoop }) => {
    const log: string[] = [];
    let reports: unknown[] = [];
    const failure = new RangeError('while closing');
    async function* count(name: string, error: Error | null): AsyncGenerator<number> {
      try {
        for (let n = 0; ; n += 1) yield n;
      } finally {
        // The loop still runs.
        await sleep(10);
        log.push(`${name} closed`);
        // oxlint-disable-next-line no-unsafe-finally -- an error while it is closed
        if (error !== null) throw error;
      }
    }
    const loop = newLoop() as HostEventLoop;
    await run(
      async () => {
        reports = hear(loop);
        const generators = [
          loop.trackAsyncGenerator(count('a', null)),
          loop.trackAsyncGenerator(count('b', failure)),
          loop.trackAsyncGenerator(count('never begun', null)),
        ];
        await generators[0]?.next();
        await generators[1]?.next();
        expect(log).toEqual([]);
      },
      { loopFactory: (): EventLoop => loop },
    );
    expect(log.toSorted()).toEqual(['a closed', 'b closed']);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      message: 'an error occurred during closing of an asynchronous generator',
      exception: failure,
      asyncgen: expect.anything() as unknown,
    });
    expect(loop.isClosed()).toBe(true);
  },
  { notOn },
);

scenario(
  'S-1.2-9',
  'a generator that is tracked after the shutdown is warned of',
  async ({ newLoop }) => {
    const loop = newLoop() as HostEventLoop;
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await loop.runUntilComplete(() => loop.shutdownAsyncGenerators());
    loop.trackAsyncGenerator((async function* () {})());
    const warning = await warned;
    expect(warning.name).toBe('ResourceWarning');
    expect(warning.message).toMatch(/^asynchronous generator was tracked after shutdown/);
  },
  { notOn },
);
