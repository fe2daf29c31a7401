// Globs become paths: each once, in a known order, none of them silently missing.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFiles } from '#src/cli/find-files.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
const startDirectory = process.cwd();

beforeAll(() => {
  mkdirSync(join(directory, 'sub/deep'), { recursive: true });
  for (const path of [
    'b.js',
    'a.js',
    'c.ts',
    '[x].js',
    '.hidden.js',
    'sub/d.js',
    'sub/deep/e.js',
  ]) {
    writeFileSync(join(directory, path), '');
  }
  process.chdir(directory);
});

afterAll(() => {
  process.chdir(startDirectory);
  rmSync(directory, { recursive: true });
});

describe('findFiles', () => {
  test('sorts the files of a glob and keeps the order of globs', async () => {
    expect(await findFiles(['c*', '[ab].js', '**/e.js'])).toEqual([
      'c.ts',
      'a.js',
      'b.js',
      'sub/deep/e.js',
    ]);
  });

  test('names each file once', async () => {
    expect(await findFiles(['b.js', '[ab].js', 'a.js'])).toEqual(['b.js', 'a.js']);
  });

  test('takes the path of an existing file as it stands', async () => {
    expect(await findFiles(['[x].js', '.hidden.js', './a.js'])).toEqual([
      '[x].js',
      '.hidden.js',
      './a.js',
    ]);
  });

  test('leaves out what a pattern with ! matches', async () => {
    expect(await findFiles(['**/*.js', '!sub/**', '![[]x[]].js'])).toEqual(['a.js', 'b.js']);
    expect(await findFiles(['a.js', 'b.js', '!a*'])).toEqual(['b.js']);
  });

  test('refuses a glob without a match, a directory, and nothing but exclusions', async () => {
    await expect(findFiles(['a.js', '*.py'])).rejects.toThrow(/^no file matches '\*\.py'/);
    await expect(findFiles(['nothere.js'])).rejects.toThrow(/^no file matches 'nothere\.js'/);
    await expect(findFiles(['sub/'])).rejects.toThrow(
      "'sub/' is a directory; for the files below it write 'sub/**'",
    );
    await expect(findFiles(['!a.js'])).rejects.toThrow(/^only exclusions given: !a\.js/);
  });
});
