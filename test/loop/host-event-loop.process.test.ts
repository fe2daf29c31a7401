// What a loop means for the life of its process. Each program runs in a Node of its own.

import { describe, expect, test } from 'vitest';
import { runProgram } from './fixtures.js';

const imports = `import {
  getEventLoop, HostEventLoop, run, setEventLoop, sleep,
} from 'threadloop';\n`;

describe.concurrent('a process', () => {
  test('stays alive while a loop runs, although nothing is due', async () => {
    const { stdout, code } = await runProgram(`${imports}
      const loop = getEventLoop();
      // An unref'ed timer keeps nothing alive itself.
      setTimeout(() => loop.stop(), 60).unref();
      await loop.runForever();
      console.log('stopped');
    `);
    expect([stdout, code]).toEqual(['stopped\n', 0]);
  });

  test('stays alive for the timers of a run', async () => {
    const { stdout, code } = await runProgram(`${imports}
      await run(async () => {
        await sleep(30);
        console.log('slept');
      });
    `);
    expect([stdout, code]).toEqual(['slept\n', 0]);
  });

  test('ends when the run ends, although timers wait on the loop', async () => {
    const { stdout, code, durationMs } = await runProgram(`${imports}
      const loop = getEventLoop();
      loop.callLater(60_000, () => console.log('never'));
      await loop.runUntilComplete(sleepShortly());
      function* sleepShortly() { yield* sleep(1); }
      console.log('done');
    `);
    expect([stdout, code]).toEqual(['done\n', 0]);
    expect(durationMs).toBeLessThan(6_000);
  });

  test('is not kept alive by a loop in the background that has no timers', async () => {
    const { stdout, code } = await runProgram(`${imports}
      const loop = new HostEventLoop();
      loop.runInBackground();
      const timer = loop.callLater(60_000, () => {});
      await new Promise((resolve) => void loop.callSoon(resolve));
      timer.cancel();
      console.log('done');
    `);
    expect([stdout, code]).toEqual(['done\n', 0]);
  });

  test('is kept alive by the timers of a loop in the background', async () => {
    const { stdout, code } = await runProgram(`${imports}
      const loop = new HostEventLoop();
      loop.runInBackground();
      loop.callLater(30, () => console.log('fired'));
    `);
    expect([stdout, code]).toEqual(['fired\n', 0]);
  });

  test('is not kept alive by a loop in the background that has ended', async () => {
    const { stdout, code } = await runProgram(`${imports}
      const loop = new HostEventLoop();
      const end = loop.runInBackground();
      loop.callLater(60_000, () => console.log('never'));
      await new Promise((resolve) => void loop.callSoon(resolve));
      end();
      console.log('done');
    `);
    expect([stdout, code]).toEqual(['done\n', 0]);
  });

  test('uses no processor time for a loop that has nothing to do', async () => {
    const { stdout } = await runProgram(`${imports}
      await run(async () => {
        await sleep(20);
        const before = process.cpuUsage();
        await sleep(200);
        const { user, system } = process.cpuUsage(before);
        console.log(user + system);
      });
    `);
    // Microseconds, of 200 000; a loop that spun would take nearly all of them.
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(30_000);
  });

  test('goes on after an error that nobody waited for, and says so', async () => {
    const { stdout, stderr, code } = await runProgram(`${imports}
      const loop = getEventLoop();
      loop.callSoon(function stumble() { throw new TypeError('a stone'); });
      loop.callLater(1, () => loop.stop());
      await loop.runForever();
      console.log('went on');
    `);
    expect([stdout, code]).toEqual(['went on\n', 0]);
    expect(stderr).toMatch(/Exception in callback <Handle stumble\(\)>/);
    expect(stderr).toMatch(/TypeError: a stone\n +at stumble/);
  });

  test('ends with the error of its run', async () => {
    const { stderr, code } = await runProgram(`${imports}
      await run(async () => {
        await sleep(1);
        throw new TypeError('a stone');
      });
    `);
    expect(code).toBe(1);
    expect(stderr).toMatch('TypeError: a stone');
  });
});
