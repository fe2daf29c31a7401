/** The README's samples are files that run, and print what their comments say. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const samples = [...readme.matchAll(/```ts\n(?<code>.*?)```/gsu)].map(
  ({ groups }) => groups?.['code'],
);

test.each(['tasks.ts', 'main.ts'])('the sample %s in the README is the file that runs', (name) => {
  expect(samples).toContain(readFileSync(`examples/readme/${name}`, 'utf8'));
});

test('the README shows no other samples', () => {
  expect(samples).toHaveLength(2);
});

test('the README program prints what its comments say', () => {
  const promised = [
    ...readFileSync('examples/readme/main.ts', 'utf8').matchAll(/; \/\/ ([\d, ]+)/gu),
  ]
    .flatMap(([, numbers]) => (numbers ?? '').split(', '))
    .map((number) => number.trim());
  const printed = execFileSync(process.execPath, ['--import', 'tsx', 'examples/readme/main.ts'], {
    encoding: 'utf8',
  });
  expect(promised).toHaveLength(6);
  expect(printed.trim().split('\n')).toEqual(promised);
});
