// Whoever schedules on a loop that never runs is told when the process ends.

import { describe, expect, test } from 'vitest';
import { runProgram } from './fixtures.js';

const imports = `import { getEventLoop, HostEventLoop, run } from 'threadloop';\n`;
const mend = 'Start it with run(main) or loop.runUntilComplete(main).\n';

describe.concurrent('at its end a process', () => {
  test('tells of the callbacks that wait on a loop that never ran', async () => {
    const { stderr, code } = await runProgram(`${imports}
      const loop = getEventLoop();
      loop.callSoon(console.log, 'hello');
      loop.callLater(10, console.log, 'world');
      loop.createTask(async () => {});
    `);
    expect(stderr).toBe(`threadloop: 3 callbacks wait on loop 'main', which never ran. ${mend}`);
    expect(code).toBe(0);
  });

  test('tells of each such loop by name, and counts what nobody cancelled', async () => {
    const { stderr } = await runProgram(`${imports}
      const [east, west] = ['east', 'west'].map((name) => new HostEventLoop({ name }));
      east.callSoon(() => {});
      west.callLater(5, () => {});
      west.callLater(5, () => {}).cancel();
    `);
    expect(stderr).toBe(
      `threadloop: 1 callback waits on loop 'east', which never ran. ${mend}` +
        `threadloop: 1 callback waits on loop 'west', which never ran. ${mend}`,
    );
  });

  test('tells of it also when it ends early', async () => {
    const { stderr, code } = await runProgram(`${imports}
      getEventLoop().callSoon(() => {});
      process.exit(3);
    `);
    expect(stderr).toMatch(/1 callback waits on loop 'main'/);
    expect(code).toBe(3);
  });

  test('is silent about loops that ran, that were closed, and that nothing waits on', async () => {
    const { stderr } = await runProgram(`${imports}
      const ran = new HostEventLoop();
      ran.callSoon(() => ran.stop());
      ran.callLater(60_000, () => {});
      await ran.runForever();
      ran.callSoon(() => {});
      const closed = new HostEventLoop();
      closed.callSoon(() => {});
      closed.close();
      const cancelled = new HostEventLoop();
      cancelled.callLater(1, () => {}).cancel();
      const background = new HostEventLoop();
      background.callSoon(() => {});
      background.runInBackground();
      await run(async () => {});
    `);
    expect(stderr).toBe('');
  });
});
