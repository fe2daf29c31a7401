// Builds of commits to compare: of a repository that is made here, in a process that ends.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../loop/fixtures.js';

const checkout = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(checkout, { recursive: true }));

function git(...args: readonly string[]): string {
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
  return execFileSync('git', [...author, ...args], { cwd: checkout, encoding: 'utf8' });
}

/** Commits a package whose build gives a module that exports that name. */
function commitNamed(name: string): void {
  const files = {
    'package.json': `{ "type": "module", "scripts": { "build": "node build.js" } }`,
    'build.js': `
      import { mkdirSync, writeFileSync } from 'node:fs';
      mkdirSync('dist/src', { recursive: true });
      writeFileSync('dist/src/index.js', "export const name = '${name}';");
    `,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(checkout, file), text);
  git('add', '.');
  git('commit', '--quiet', '--message', name);
}

beforeAll(() => {
  git('init', '--quiet');
  commitNamed('before');
  commitNamed('after');
});

async function runWithBuilds(text: string) {
  const program = `
    import { buildCommit } from './bench/run/worktree.js';
    const checkout = ${JSON.stringify(checkout)};
    ${text}
  `;
  return runProgram(program, { nodeArgs: ['--import', 'tsx'] });
}

test('each is built by its own script, and removed with the process', async () => {
  const ended = await runWithBuilds(`
    for (const commit of ['HEAD~1', 'HEAD']) {
      const index = new URL('dist/src/index.js', buildCommit(commit, checkout));
      console.log((await import(index.href)).name);
    }
  `);
  expect(ended).toMatchObject({ code: 0, stdout: 'before\nafter\n', stderr: '' });
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
});

test('one that is not there is refused', async () => {
  const { stderr } = await runWithBuilds("buildCommit('v99', checkout);");
  expect(stderr).toContain("there is no commit 'v99' here");
});
