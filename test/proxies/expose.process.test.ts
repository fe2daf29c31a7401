// Proxies and the life of their process: they hold it while an answer is due, and for nothing else.

import { describe, expect, test } from 'vitest';
import { packageUrl, runModule, writeModules } from '../threads/module-folder.js';

const comlinkUrl = new URL('comlink.js', packageUrl).href;

const owner = `
  import { expose } from '${packageUrl}';
  let kept;
  export function open() {
    expose('owner', {
      soon: () => new Promise((resolve) => setTimeout(resolve, 50, 'at last')),
      wait: async (signal) => new Promise((end) => signal.addEventListener('abort', end)),
      keep: (fn) => { kept = fn; },
    });
  }
`;

/** Runs a program that has a proxy of an object on \`loop-1\`. */
async function runProgram(body: string) {
  const folder = writeModules({
    'owner.js': owner,
    'main.js': `
      import { Coordinator, remoteModule } from '${packageUrl}';
      import { proxy, releaseProxy } from '${comlinkUrl}';
      const { open } = remoteModule(new URL('./owner.js', import.meta.url));
      const coordinator = await Coordinator.start({ loops: 1, initialize: open });
      const owner = coordinator.loops[0].proxy('owner');
      ${body}
    `,
  });
  return runModule(folder, 'main.js');
}

describe('a program ends by itself', () => {
  test.for([
    ['with an idle proxy', 'await owner.soon();'],
    ['with a proxy of which nothing was asked', ''],
    ['with a callback that the other side keeps', 'await owner.keep(proxy(() => 1));'],
    ['with a proxy that was released', 'owner.soon().catch(() => {}); owner[releaseProxy]();'],
    ['with a call that was cancelled', 'const c = owner.wait(); c.cancel(); c.catch(() => {});'],
  ] as const)('%s', async ([, body]) => {
    const ended = await runProgram(`${body} console.log('last line');`);
    expect(ended).toEqual({ stdout: 'last line\n', stderr: '', code: 0 });
  });
});

describe('a program stays alive', () => {
  test('while an answer is due', async () => {
    const ended = await runProgram('owner.soon().then(console.log);');
    expect(ended).toEqual({ stdout: 'at last\n', stderr: '', code: 0 });
  });
});

describe('Comlink', () => {
  test('is loaded with the first proxy, not before', async () => {
    const folder = writeModules({
      'main.js': `
        import { createRequire } from 'node:module';
        import { Coordinator, expose, getLoop } from '${packageUrl}';
        const { cache } = createRequire('${packageUrl}');
        const isLoaded = () => Object.keys(cache).some((path) => path.includes('comlink'));
        await Coordinator.start({ loops: 1 });
        expose('answer', { value: 42 });
        console.log(isLoaded());
        console.log(await getLoop('main').proxy('answer').value);
        console.log(isLoaded());
      `,
    });
    const ended = await runModule(folder, 'main.js');
    expect(ended).toEqual({ stdout: 'false\n42\ntrue\n', stderr: '', code: 0 });
  });
});
