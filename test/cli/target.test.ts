// MODULE#export on the command line: which file, which export, and what to do when there is none.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTarget } from '#src/cli/target.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
const startDirectory = process.cwd();

beforeAll(() => {
  mkdirSync(join(directory, 'sub'));
  for (const path of ['m.js', 'n.ts', 'odd#name.js']) writeFileSync(join(directory, path), '');
  process.chdir(directory);
});

afterAll(() => {
  process.chdir(startDirectory);
  rmSync(directory, { recursive: true });
});

describe('parseTarget', () => {
  const url = (name: string): string => pathToFileURL(join(process.cwd(), name)).href;

  test.for([
    ['m.js', 'm.js', 'm.js', undefined],
    ['./m.js#run', './m.js', 'm.js', 'run'],
    ['odd#name.js', 'odd#name.js', 'odd#name.js', undefined],
    ['odd#name.js#run', 'odd#name.js', 'odd#name.js', 'run'],
  ] as const)('reads %s', async ([text, module, file, exportName]) => {
    expect(await parseTarget(text)).toEqual({ module, url: url(file), exportName });
  });

  test('reads an absolute path and a file: URL', async () => {
    expect((await parseTarget(join(process.cwd(), 'm.js'))).url).toBe(url('m.js'));
    expect(await parseTarget(`${url('m.js')}#run`)).toMatchObject({
      url: url('m.js'),
      exportName: 'run',
    });
  });

  test.for([
    ['none.js', /^module not found: 'none\.js'; give the path of an existing \.js or \.ts file/],
    ['n', /^module not found: 'n'; did you mean 'n\.ts'\?$/],
    ['sub', /^module not found: 'sub'; it is a directory: name the file in it$/],
    ['void/m.js', /^module not found: 'void\/m\.js'; there is no directory '.*void'$/],
    ['m.js#', /^no name behind the # of 'm\.js#'/],
    ['file://far/m.js', /is no file: URL of this machine/],
  ] as const)('refuses %s', async ([text, message]) => {
    await expect(parseTarget(text)).rejects.toThrow(message);
  });
});
