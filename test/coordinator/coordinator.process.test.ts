// A coordinator and the life of its process: it holds it for calls under way, and for nothing else.

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
  export function exit() { process.exit(3); }
  export function print(count) {
    for (let line = 0; line < count; line += 1) console.log('line', line);
  }
`;

/** Runs a program with the package and \`tasks\` at hand. */
async function runProgram(body: string, nodeArgs: readonly string[] = []) {
  const folder = writeModules({
    'tasks.js': tasks,
    'main.js': `
      import { Coordinator, getEventLoop, remoteModule, run, sleep } from '${packageUrl}';
      const tasks = remoteModule(new URL('./tasks.js', import.meta.url));
      ${body}
    `,
  });
  return runModule(folder, 'main.js', nodeArgs);
}

describe('a program ends by itself', () => {
  test.for([
    ['with an open, idle coordinator', ''],
    [
      'when its calls have been answered',
      'console.log(await coordinator.submit(tasks.square, 3));',
    ],
    [
      'when somebody else left a timer open in a thread',
      'await coordinator.submit(tasks.openInterval);',
    ],
    [
      'when a thread has died and was replaced',
      'await coordinator.submit(tasks.exit).catch(() => {});',
    ],
    ['after a post', 'coordinator.loops[0].callSoonThreadsafe(tasks.square, 3);'],
    ['after shutdown()', 'await coordinator.shutdown();'],
    [
      'after two shutdowns of a map',
      `
      for await (const each of coordinator.map(tasks.square, [1, 2, 3])) console.log(each);
      await Promise.all([coordinator.shutdown(), coordinator.shutdown({ mode: 'terminate' })]);
    `,
    ],
    ['after a shutdown that nobody awaits', 'coordinator.shutdown();'],
    [
      'after a shutdown with timeoutMs in the far future',
      'await coordinator.shutdown({ timeoutMs: 1e6 });',
    ],
  ] as const)('%s', async ([, body]) => {
    const startMs = performance.now();
    const { stderr, code } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 2 });
      ${body}
      console.log('last line');
    `);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  test('after run(), with a coordinator that was started inside', async () => {
    const { stdout, stderr, code } = await runProgram(`
      console.log(await run(async () => {
        const coordinator = await Coordinator.start({ loops: 1 });
        await sleep(1);
        return coordinator.submit(tasks.square, 3);
      }));
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: '9\n', stderr: '', code: 0 });
  });

  test('with an error of its own, although a thread is busy for ever', async () => {
    const { stderr, code } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 1 });
      coordinator.submit(tasks.spin).catch(() => {});
      await coordinator.loops[0].callSoonThreadsafe(tasks.square, 1);
      throw new RangeError('the end');
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('RangeError: the end');
  });
});

describe('a program stays alive', () => {
  test('until its calls are answered, although nobody awaits them', async () => {
    const { stdout, stderr, code } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 2 });
      coordinator.submit(tasks.squareLater, 3).then(console.log);
      coordinator.submit(tasks.squareLater, 3).then(console.log);
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: '9\n9\n', stderr: '', code: 0 });
  });

  test('while a thread is replaced that calls wait for', async () => {
    const { stdout, stderr, code } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 1 });
      for (let death = 1; death <= 3; death += 1) {
        await coordinator.submit(tasks.exit).catch((error) => console.log(error.exitCode));
      }
      console.log(await coordinator.submit(tasks.square, 3));
    `);
    expect({ stdout, stderr, code }).toEqual({ stdout: '3\n3\n3\n9\n', stderr: '', code: 0 });
  });

  test('until start() has resolved', async () => {
    const { stdout, code } = await runProgram(`
      Coordinator.start({ loops: 2 }).then((coordinator) => console.log(String(coordinator)));
    `);
    expect({ stdout, code }).toEqual({ stdout: '<Coordinator open loops=2>\n', code: 0 });
  });
});

describe('what a thread prints', () => {
  test('is not lost when it is shut down', async () => {
    const { stdout, stderr, code } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 2 });
      await coordinator.broadcast(tasks.openInterval);
      await coordinator.broadcast(tasks.print, 1000);
      await coordinator.shutdown();
    `);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.split('\n')).toHaveLength(2_001);
  });

  test('is not lost either when the program just ends', async () => {
    const program = `
      const coordinator = await Coordinator.start({ loops: 1 });
      await coordinator.submit(tasks.print, 50);
    `;
    // Some at once: without care about half of them lose lines.
    const ends = await Promise.all(Array.from({ length: 4 }, async () => runProgram(program)));
    for (const { stdout, stderr, code } of ends) {
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(stdout.split('\n')).toHaveLength(51);
    }
  });
});

describe('an idle coordinator', () => {
  test('uses no processor time', async () => {
    const { stdout } = await runProgram(`
      const coordinator = await Coordinator.start({ loops: 2 });
      await coordinator.broadcast(tasks.square, 3);
      const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      await pause(1_000); // what the start left to do is done by then
      const before = process.cpuUsage();
      await pause(300);
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1000);
    `);
    // Of 300 ms; Node itself wakes now and then.
    expect(Number(stdout)).toBeLessThan(10);
  });
});

describe('a program given on the command line', () => {
  test('can start a coordinator', async () => {
    const folder = writeModules({ 'tasks.js': tasks });
    const program = `
      import { Coordinator, remoteModule } from '${packageUrl}';
      const tasks = remoteModule('${folder.url('tasks.js')}');
      const coordinator = await Coordinator.start({ loops: 2 });
      console.log(await coordinator.broadcast(tasks.square, 4));
      await coordinator.shutdown();
    `;
    const { stdout, stderr, code } = await runModule(folder, program, [
      '--input-type=module',
      '-e',
    ]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '[ 16, 16 ]\n', stderr: '', code: 0 });
  });
});
