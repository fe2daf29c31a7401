/** asyncio's scenarios of Ctrl-C: each in a Node of its own, which sends the signal to itself. */
import { expect } from 'vitest';
import { runProgram } from '../loop/fixtures.js';
import { keepRows, type LoopKind, scenario } from './scenario.js';

keepRows('interrupts');

const head: Record<LoopKind, string> = {
  host: `const loopFactory = () => new HostEventLoop();`,
  virtual: `const loopFactory = () => new VirtualEventLoop();`,
  blocking: `const loopFactory = () => new BlockingEventLoop();`,
};

/** What a program prints that runs `main` and tells how it ended. */
async function outcomeOf(kind: LoopKind, main: string): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(`
    import { once } from 'node:events';
    import {
      BlockingEventLoop, currentTask, getRunningLoop, HostEventLoop, run, sleep,
    } from 'threadloop';
    import { VirtualEventLoop } from 'threadloop/testing';
    ${head[kind]}
    const interrupt = () => process.kill(process.pid, 'SIGINT');
    ${main}
    try {
      console.log('value', await run(main, { loopFactory }));
    } catch (error) {
      console.log(error.name, error.cause?.name ?? 'no cause');
    }
    console.log('listeners', process.listenerCount('SIGINT'));
  `);
  expect(stderr).toBe('');
  return [...stdout.trimEnd().split('\n'), `exit code ${code}`];
}

const notOn = { blocking: 'Node hears no signal while its thread is blocked: Ctrl-C ends it' };

scenario(
  'A-147',
  'Ctrl-C cancels main and what it waits for',
  async ({ kind }) => {
    const main = `
      let future;
      const main = async () => {
        future = getRunningLoop().createFuture();
        interrupt();
        try {
          await future;
        } finally {
          console.log('future cancelled', future.cancelled(), currentTask().cancelling());
        }
      };
    `;
    expect(await outcomeOf(kind, main)).toEqual([
      'future cancelled true 1',
      'KeyboardInterruptError CancelledError',
      'listeners 0',
      'exit code 0',
    ]);
  },
  { notOn },
);

scenario(
  'A-147c',
  'Ctrl-C on a main that others have cancelled is a CancelledError',
  async ({ kind }) => {
    const main = `
      const main = async () => {
        currentTask().cancel();
        try {
          await sleep(10_000);
        } catch (error) {
          const heard = once(process, 'SIGINT');
          interrupt();
          await heard;
          console.log('heard', currentTask().cancelling());
          throw error;
        }
      };
    `;
    expect(await outcomeOf(kind, main)).toEqual([
      'heard 2',
      'CancelledError no cause',
      'listeners 0',
      'exit code 0',
    ]);
  },
  { notOn },
);

scenario(
  'A-147d',
  'a second Ctrl-C ends the process at once',
  async ({ kind }) => {
    const main = `
      const main = async () => {
        const loop = getRunningLoop();
        interrupt();
        try {
          await loop.createFuture();
        } catch (error) {
          console.log('cleaning');
          interrupt();
          await loop.createFuture();
        }
      };
    `;
    expect(await outcomeOf(kind, main)).toEqual(['cleaning', 'exit code 130']);
  },
  { notOn },
);

scenario(
  'S-1.11-5',
  'main may swallow a Ctrl-C and end with a value',
  async ({ kind }) => {
    const main = `
      const main = async () => {
        interrupt();
        try {
          await getRunningLoop().createFuture();
        } catch {
          return 42;
        }
      };
    `;
    expect(await outcomeOf(kind, main)).toEqual(['value 42', 'listeners 0', 'exit code 0']);
  },
  { notOn },
);

scenario(
  'S-1.11-6',
  'a program that listens for Ctrl-C itself is left alone',
  async ({ kind }) => {
    const main = `
      process.once('SIGINT', () => console.log('own listener'));
      const main = async () => {
        const heard = once(process, 'SIGINT');
        interrupt();
        await heard;
        return currentTask().cancelling();
      };
    `;
    expect(await outcomeOf(kind, main)).toEqual([
      'own listener',
      'value 0',
      'listeners 0',
      'exit code 0',
    ]);
  },
  { notOn },
);

scenario(
  'S-1.11-7',
  'Ctrl-C ends a process whose thread a loop blocks',
  async () => {
    const ended = await runProgram(`
      import { BlockingEventLoop, run, sleep } from 'threadloop';
      function* main() {
        process.kill(process.pid, 'SIGINT');
        yield* sleep(60_000);
      }
      await run(main(), { loopFactory: () => new BlockingEventLoop() });
    `);
    expect(ended.code).toBe(null);
    expect(ended.durationMs).toBeLessThan(7_000);
  },
  { notOn: { host: 'it hears the signal: A-147', virtual: 'it hears the signal: A-147' } },
);
