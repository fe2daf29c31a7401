// How real threads are made: their options reach them, and they inherit what they can.

import { Coordinator, loopNames, remoteFunction } from 'threadloop';
import { WorkerSpawner } from 'threadloop/lowlevel';
import { describe, expect, test } from 'vitest';
import { startLoops } from '../threads/loops.js';
import { packageUrl, runModule, writeModules } from '../threads/module-folder.js';

const facts = `data:text/javascript,
  import process from 'node:process';
  import * as threads from 'node:worker_threads';
  export const env = (name) => process.env[name];
  export const execArgv = () => process.execArgv;
  export const limits = () => threads.resourceLimits;
  export const name = () => threads.threadName || '';
`;
const fact = <T>(name: string) => remoteFunction<(argument?: string) => T>(facts, name);

describe('the options of the threads', () => {
  test('reach them: env, execArgv and resourceLimits', async () => {
    const coordinator = await startLoops({
      loops: 1,
      env: { FLAVOUR: 'vanilla' },
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 48, stackSizeMb: 2 },
    });
    expect(await coordinator.submit(fact('env'), 'FLAVOUR')).toBe('vanilla');
    expect(await coordinator.submit(fact('env'), 'PATH')).toBeUndefined();
    expect(await coordinator.submit(fact('execArgv'))).toEqual(['--no-warnings']);
    expect(await coordinator.submit(fact('limits'))).toMatchObject({
      maxOldGenerationSizeMb: 48,
      stackSizeMb: 2,
    });
  });

  test('are by default a copy of the environment and the name of the loop', async () => {
    process.env['FLAVOUR'] = 'mint';
    const coordinator = await startLoops({ loops: 1, name: 'crew' });
    delete process.env['FLAVOUR'];
    expect(await coordinator.submit(fact('env'), 'FLAVOUR')).toBe('mint');
    expect(['', 'crew-1']).toContain(await coordinator.submit(fact('name')));
  });

  test('that Node refuses fail start(), and nothing is left', async () => {
    const starting = Coordinator.start({ loops: 2, execArgv: ['--nonsense'] });
    await expect(starting).rejects.toMatchObject({ code: 'ERR_WORKER_INVALID_EXEC_ARGV' });
    expect(loopNames()).toEqual(['main']);
  });
});

describe('a spawner', () => {
  test('can stand in front of the real one', async () => {
    const real = new WorkerSpawner({ env: { FLAVOUR: 'lemon' } });
    const names: string[] = [];
    const coordinator = await startLoops({
      loops: 2,
      spawner: {
        spawn(seed) {
          names.push(seed.name);
          return real.spawn(seed);
        },
      },
    });
    expect(names).toEqual(['loop-1', 'loop-2']);
    expect(await coordinator.broadcast(fact('env'), 'FLAVOUR')).toEqual(['lemon', 'lemon']);
  });
});

describe('a thread inherits', () => {
  const program = `
    import { Coordinator, remoteFunction } from '${packageUrl}';
    const url = 'data:text/javascript,export const execArgv = () => process.execArgv;';
    const coordinator = await Coordinator.start({ loops: 1 });
    console.log(JSON.stringify(await coordinator.submit(remoteFunction(url, 'execArgv'))));
    await coordinator.shutdown();
  `;

  test('the options of its process, but for those that say what the main thread runs', async () => {
    const folder = writeModules({});
    const args = ['--no-warnings', '--input-type=module', '--eval'];
    const { stdout, stderr, code } = await runModule(folder, program, args);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout)).toEqual(['--no-warnings']);
  });

  test.for([
    ['a file', ['main.js']],
    ['a text', ['--input-type=module', '--eval', program]],
  ] as const)(
    'nothing that Node refuses: the process runs %s under V8 options',
    async ([, main]) => {
      const folder = writeModules({ 'main.js': program });
      const args = [
        '--max-old-space-size=300',
        '--expose-gc',
        '--stack-trace-limit=7',
        '--no-warnings',
      ];
      const { stdout, stderr, code } = await runModule(folder, main.at(-1) ?? '', [
        ...args,
        ...main.slice(0, -1),
      ]);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(JSON.parse(stdout)).toContain('--no-warnings');
    },
  );
});
