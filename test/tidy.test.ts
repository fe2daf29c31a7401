// Keeps the project in shape: the layers, the doors, the size and opening of files, TSDoc on what
// is exported. The rules live in test/tidy/; each is also tried on a small sample that breaks it.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkDocs } from './tidy/exports.js';
import {
  checkExample,
  checkHeader,
  checkMirror,
  checkName,
  checkSize,
  checkWords,
} from './tidy/files.js';
import { checkCycles, checkDirection, checkDoor } from './tidy/layers.js';
import { parseSource, type Problem, readSources, type Source } from './tidy/source.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const shipped = ['src', 'workers'];
const all = [...shipped, 'test', 'examples', 'bench', 'scripts'];

const sources = readSources(root, all);
const shippedSources = sources.filter(({ path }) => shipped.includes(path.split('/')[0] ?? ''));
const paths: ReadonlySet<string> = new Set(sources.map(({ path }) => path));

function sample(path: string, ...lines: string[]): Source {
  return parseSource(path, `${lines.join('\n')}\n`);
}

function expectProblem(problems: readonly Problem[], pattern: RegExp): void {
  expect(problems.join('\n')).toMatch(pattern);
  expect(problems).toHaveLength(1);
}

describe('the project', () => {
  test('imports go one way through the layers', () => {
    expect(sources.flatMap(checkDirection)).toEqual([]);
  });
  test('doors only re-export', () => {
    expect(sources.flatMap(checkDoor)).toEqual([]);
  });
  test('no files need each other while they load', () => {
    expect(checkCycles(shippedSources)).toEqual([]);
  });
  test('files and lines are short', () => {
    expect(sources.flatMap(checkSize)).toEqual([]);
  });
  test('files open with what they are', () => {
    expect(sources.filter(({ path }) => !path.startsWith('test/')).flatMap(checkHeader)).toEqual(
      [],
    );
  });
  test('files are named by an idea', () => {
    expect(sources.flatMap(checkName)).toEqual([]);
  });
  test('no any, no enum, no silenced tool, no test left out', () => {
    expect(sources.flatMap(checkWords)).toEqual([]);
  });
  test('every exported name has TSDoc', () => {
    expect(shippedSources.flatMap(checkDocs)).toEqual([]);
  });
  test('tests stand where their subject stands', () => {
    expect(sources.flatMap((source) => checkMirror(source, paths))).toEqual([]);
  });
  test('examples fit a screen and introduce themselves', () => {
    expect(sources.flatMap(checkExample)).toEqual([]);
  });
});

describe('a rule notices', () => {
  test.for([
    ['src/loop/a.ts', "import { x } from '../threads/x.js';", /a\.ts:1 {2}loop must not import th/],
    ['src/loop/a.ts', "import type { X } from '../tasks/x.js';", /loop must not import tasks/],
    ['src/wire/a.ts', "export type X = import('../loop/x.js').X;", /wire must not import loop/],
    ['src/tasks/a.ts', "export * from '../wire/x.js';", /tasks must not import wire/],
    ['src/cli/a.ts', "import { run } from '../index.js';", /a door, which nobody imports/],
    ['src/cli/a.ts', "import { run } from 'threadloop';", /use a relative path/],
    ['src/loop/a.ts', "import { Command } from 'commander';", /loop must not import 'commander'/],
    ['src/loop/a.ts', "import { a } from '../../test/a.js';", /outside the package/],
    ['src/novel/a.ts', 'export {};', /no known layer/],
    ['workers/a.ts', "import { a } from '../src/loop/a.js';", /workers must not import loop/],
    ['workers/a.ts', "import { a } from 'node:fs';", /workers must not import 'node:fs'/],
    [
      'test/loop/a.test.ts',
      "import { a } from '../../src/loop/a.js';",
      /round the package's doors/,
    ],
  ] as const)('an import against the layers: %s, %s', ([path, text, pattern]) => {
    expectProblem(checkDirection(sample(path, text)), pattern);
  });

  test('nothing about an import that goes with the layers', () => {
    const cli = ["import { Command } from 'commander';", "import { run } from '../tasks/run.js';"];
    expect(checkDirection(sample('src/cli/a.ts', ...cli))).toEqual([]);
    expect(checkDirection(sample('src/index.ts', "export * from './loop/a.js';"))).toEqual([]);
    expect(checkDirection(sample('src/loop/a.ts', "import { x } from 'node:fs';"))).toEqual([]);
  });

  test('a statement in a door', () => {
    const door = sample('src/index.ts', "export { a } from './loop/a.js';", 'export const b = 1;');
    expectProblem(checkDoor(door), /index\.ts:2 {2}a door only re-exports/);
    expect(checkDoor(sample('src/errors.ts', 'export const b = 1;'))).toEqual([]);
  });

  test('a ring of value imports, but not one of types', () => {
    const a = sample('src/loop/a.ts', "import { b } from './b.js';");
    const b = sample('src/loop/b.ts', "import { a } from './a.js';");
    const typed = sample('src/loop/b.ts', "import type { a } from './a.js';");
    const ring = /b\.ts:1 {2}closes .*src\/loop\/a\.ts → src\/loop\/b\.ts → src\/loop\/a\.ts/;
    expectProblem(checkCycles([a, b]), ring);
    expect(checkCycles([a, typed])).toEqual([]);
  });

  test('a long file, a wide line and a clever worker', () => {
    expectProblem(checkSize(sample('src/loop/a.ts', ...Array<string>(301).fill(''))), /301 lines/);
    expectProblem(checkSize(sample('workers/a.ts', ...Array<string>(21).fill(''))), /21 lines/);
    expectProblem(checkSize(sample('test/a.ts', `// ${'x'.repeat(98)}`)), /101 columns/);
    expect(checkSize(sample('test/a.ts', `// https://a.b/${'x'.repeat(98)}`))).toEqual([]);
  });

  test('a file that does not introduce itself', () => {
    expectProblem(checkHeader(sample('src/loop/a.ts', '// One.', 'const a = 1;')), /opens with no/);
    expectProblem(checkHeader(sample('src/loop/a.ts', '// One.', '', '// Two.')), /opens with no/);
    expect(checkHeader(sample('src/cli/a.ts', '#!/usr/bin/env node', '// 1', '// 2'))).toEqual([]);
    expect(checkHeader(sample('src/loop/a.ts', '/* One.', ' * Two. */'))).toEqual([]);
  });

  test('a name that says nothing', () => {
    expectProblem(checkName(sample('src/loop/utils.ts', '')), /'utils' names no idea/);
    expectProblem(checkName(sample('test/helpers/a.ts', '')), /'helpers' names no idea/);
  });

  test.for([
    ['enum E { A }', /is an enum/],
    ['const a: any = 1;', /is any/],
    ['// @ts-ignore', /silences the compiler/],
    ['test.only("a", f);', /leaves tests out/],
    ['describe.concurrent.skip("a", f);', /leaves tests out/],
    ['// oxlint-disable-next-line no-console', /waiver without a reason/],
    ['/* eslint-disable */', /waiver without a reason/],
  ] as const)('a forbidden word: %s', ([text, pattern]) => {
    expectProblem(checkWords(sample('test/a.test.ts', text)), pattern);
  });

  test('nothing about a waiver with its reason, nor a word inside a string', () => {
    const waiver = '// oxlint-disable-next-line typescript/no-explicit-any -- inferred at the call';
    expect(checkWords(sample('src/a.ts', waiver, 'type F = (a: any) => void;'))).toEqual([]);
    expect(checkWords(sample('src/a.ts', "const a = 'test.only( any enum @ts-ignore';"))).toEqual(
      [],
    );
  });

  test.for([
    'export function a(): void {}',
    'export const a = 1;',
    'export class A {}',
    'export interface A {}',
    'const a = 1;\nexport { a };',
    '/** Far away. */\n\nexport const a = 1;',
    '// No TSDoc.\nexport const a = 1;',
  ])('an export without TSDoc: %s', (text) => {
    expectProblem(checkDocs(sample('src/loop/a.ts', text)), /exported '[aA]' has no TSDoc/);
  });

  test('nothing about a documented export or a second overload', () => {
    const text = ['/** A. */', 'export function a(x: 1): 1;', 'export function a(x: 1): 1 {}'];
    expect(checkDocs(sample('src/loop/a.ts', ...text))).toEqual([]);
    expect(checkDocs(sample('src/index.ts', "export { a } from './loop/a.js';"))).toEqual([]);
  });

  test('a test that mirrors nothing', () => {
    const known = new Set(['src/loop/timer-queue.ts']);
    const check = (path: string): Problem[] => checkMirror(sample(path, ''), known);
    expectProblem(check('test/loop/timers.test.ts'), /src\/loop\/timers\.ts is not there/);
    expect(check('test/loop/timer-queue.test.ts')).toEqual([]);
    expect(check('test/loop/timer-queue.ties.test.ts')).toEqual([]);
    expect(check('test/faults/killed-while-busy.test.ts')).toEqual([]);
  });

  test('an example that is misnamed, long or silent', () => {
    const header = ['// Shows: a loop.', '// Run: node a.js', '// Prints: hello'];
    const long = Array<string>(60).fill('');
    expect(checkExample(sample('examples/01-loop.ts', ...header))).toEqual([]);
    expectProblem(checkExample(sample('examples/1-loop.ts', ...header)), /misnamed/);
    expectProblem(checkExample(sample('examples/01-loop.ts', ...header, ...long)), /under 60/);
    expectProblem(checkExample(sample('examples/01-loop.ts', ...header.slice(1))), /say 'Shows'/);
  });
});
