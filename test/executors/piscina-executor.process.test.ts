// An executor and the life of its process: it holds it for jobs under way, and for nothing else.

import { describe, expect, test } from 'vitest';
import { packageUrl, runModule, writeModules } from '../threads/module-folder.js';

const tasks = `
  export function square(input) { return input * input; }
  export async function squareLater(input) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return input * input;
  }
  export function spin() { for (;;); }
  export function openInterval() { setInterval(() => {}, 1000); }
`;

/** Runs a program with the package and \`tasks\` at hand. */
async function runProgram(body: string, nodeArgs: readonly string[] = []) {
  const folder = writeModules({
    'tasks.js': tasks,
    'main.js': `
      import {
        BlockingEventLoop, HostEventLoop, PiscinaExecutor, remoteModule, run, toThread,
      } from '${packageUrl}';
      const tasks = remoteModule(new URL('./tasks.js', import.meta.url));
      ${body}
    `,
  });
  return runModule(folder, 'main.js', nodeArgs);
}

describe('a program ends by itself', () => {
  test.for([
    ['with an executor that was never used', 'new PiscinaExecutor({ minThreads: 2 });', ''],
    [
      'with idle threads',
      'console.log(await new PiscinaExecutor({ minThreads: 2 }).submit(tasks.square, [3]));',
      '9\n',
    ],
    [
      'with an interval that a job left open',
      'await new PiscinaExecutor().submit(tasks.openInterval, []);',
      '',
    ],
    [
      'not before its jobs',
      'new PiscinaExecutor().submit(tasks.squareLater, [3]).then(console.log);',
      '9\n',
    ],
    [
      'after the grace time of a job that was cancelled',
      `
      const started = new PiscinaExecutor({ graceMs: 50 }).submit(tasks.spin, []);
      setTimeout(() => started.cancel(), 100);
      await started.catch((error) => console.log(error.name));
      `,
      'CancelledError\n',
    ],
    ['after a run with threads', 'console.log(await run(() => toThread(tasks.square, 3)));', '9\n'],
    [
      'after a blocking loop that was not closed',
      `
      const loop = new BlockingEventLoop();
      console.log(loop.runUntilComplete(loop.runInExecutor(null, tasks.square, 3)));
      `,
      '9\n',
    ],
    [
      'although a loop was closed while its job ran',
      `
      const loop = new HostEventLoop();
      loop.runInExecutor(null, tasks.squareLater, 3);
      loop.close();
      `,
      '',
    ],
  ] as const)('%s', async ([, body, stdout]) => {
    expect(await runProgram(body)).toEqual({ stdout, stderr: '', code: 0 });
  });
});

describe('Piscina', () => {
  const listPiscina = `
    const { createRequire } = await import('node:module');
    const loaded = () => Object.keys(createRequire('${packageUrl}').cache)
      .some((path) => path.includes('/piscina/'));
  `;

  test('is not loaded before the first job', async () => {
    const { stdout, stderr } = await runProgram(`
      ${listPiscina}
      const executor = new PiscinaExecutor();
      await run(async () => {});
      console.log(loaded());
      await executor.submit(tasks.square, [3]);
      console.log(loaded());
    `);
    expect([stdout, stderr]).toEqual(['false\ntrue\n', '']);
  });

  test.for([
    ['by an exit', 'process.exit(9);', 'it could not be started'],
    ['by an error', "throw new RangeError('not here');", 'not here'],
  ] as const)('whose threads die as they start fails the jobs: %s', async ([, death, reason]) => {
    const preload = `
      import { isMainThread } from 'node:worker_threads';
      if (!isMainThread) { ${death} }
    `;
    const { stdout, stderr } = await runProgram(
      `
      const executor = new PiscinaExecutor({ maxThreads: 1 });
      const jobs = [executor.submit(tasks.square, [2]), executor.submit(tasks.square, [3])];
      for (const { reason } of await Promise.allSettled(jobs)) {
        console.log(reason.code, reason.hasBegun, reason.message.includes('${reason}'));
      }
      `,
      ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
    );
    const line = 'ERR_THREAD_DIED false true\n';
    expect([stdout, stderr]).toEqual([line + line, '']);
  });

  test('starts threads although the process has options that no thread takes', async () => {
    const { stdout, stderr } = await runProgram(
      'console.log(await new PiscinaExecutor().submit(tasks.square, [3]));',
      ['--max-old-space-size=512', '--test-name-pattern=x', '--stack-trace-limit=20'],
    );
    expect([stdout, stderr]).toEqual(['9\n', '']);
  });
});
