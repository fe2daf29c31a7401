// What each door of the package loads: nobody pays for a library that only another door needs.

import { describe, expect, test } from 'vitest';
import { runProgram } from './loop/fixtures.js';

/** Node 26 warns of `module.register`, by which these programs hide packages. */
const env = { NODE_NO_WARNINGS: '1' };

const peers = ['effect', 'effection', 'rxjs'];

/** A program that imports a door while these packages are not installed, as it seems to it. */
function importWithout(missing: readonly string[], door: string): string {
  const hook = `const missing = ${JSON.stringify(missing)};
    export async function resolve(specifier, context, next) {
      const [name] = specifier.split('/');
      return next(missing.includes(name) ? name + '-that-is-missing' : specifier, context);
    }`;
  return `import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    await import('${door}');`;
}

describe.concurrent('a door', () => {
  test.for([
    ['threadloop', ''],
    ['threadloop/trio', ''],
    ['threadloop/testing', ''],
    ['threadloop/rxjs', 'rxjs'],
    ['threadloop/effect', 'effect'],
    ['threadloop/effection', 'effection'],
  ] as const)('%s loads no peer but its own', async ([door, own]) => {
    const others = peers.filter((peer) => peer !== own);
    const { stderr, code } = await runProgram(importWithout(others, door), { env });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  test.for([
    ['threadloop/rxjs', "(await import('rxjs')).NEVER"],
    ['threadloop/effect', "(await import('effect')).Effect.void"],
    ['threadloop/effection', '() => []'],
  ] as const)('%s has a default loop of its own accord', async ([door, work]) => {
    const program = `const { toFuture } = await import('${door}');
      const future = toFuture(${work});
      console.log(future.getLoop().name);`;
    const { stdout, code } = await runProgram(program);
    expect({ stdout, code }).toEqual({ stdout: 'main\n', code: 0 });
  });

  test.for(peers)('threadloop/%s names the package that is missing', async (peer) => {
    const { stderr, code } = await runProgram(importWithout([peer], `threadloop/${peer}`));
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot find package '${peer}-that-is-missing' imported from`);
  });
});
