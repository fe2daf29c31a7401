// Task modules in JavaScript, loaded in this thread.

import { pathToFileURL } from 'node:url';
import { ExportNotFoundError, ModuleNotFoundError, NotAFunctionError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { loadModule, resolveExport } from '#src/threads/module-loader.js';
import { writeModules } from './module-folder.js';

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => expect.unreachable(`resolved to ${String(value)}`),
    (error: unknown) => error as Error,
  );
}

describe('a module that does not exist', () => {
  test('is not found, by its path', async () => {
    const { path, url } = writeModules({});
    const error = await errorOf(loadModule(url('nowhere.js')));
    expect(error).toBeInstanceOf(ModuleNotFoundError);
    expect(error.message).toBe(`Cannot find module '${path}/nowhere.js'`);
  });

  test('is not found when it is a package', async () => {
    const error = await errorOf(loadModule('node:nowhere'));
    expect(error).toMatchObject({ code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
    const { url } = writeModules({ 'a.js': `import 'no-such-package';` });
    const missing = await errorOf(loadModule(url('a.js')));
    expect(missing).toBeInstanceOf(ModuleNotFoundError);
    expect(missing.message).toContain('no-such-package');
  });

  test('is named when another module imports it, with the one that does', async () => {
    const { path, url } = writeModules({ 'a.js': `export * from './b.js';` });
    const error = await errorOf(loadModule(url('a.js')));
    expect(error).toBeInstanceOf(ModuleNotFoundError);
    expect(error.message).toContain(`${path}/b.js`);
    expect(error.message).toContain(`${path}/a.js`);
    expect(error.cause).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
  });

  test('can be written and is then found', async () => {
    const { url } = writeModules({});
    await errorOf(loadModule(url('late.js')));
    const { url: written } = writeModules({ 'late.js': 'export const late = 1;' });
    expect((await loadModule(written('late.js')))['late']).toBe(1);
  });
});

describe('a module that cannot be loaded', () => {
  test('fails with the SyntaxError that it holds', async () => {
    const { url } = writeModules({ 'a.js': 'export function (' });
    const error = await errorOf(loadModule(url('a.js')));
    expect(error).toBeInstanceOf(SyntaxError);
  });

  test('fails with what it throws while it loads, each time', async () => {
    const { url } = writeModules({ 'a.js': `throw new RangeError('at load');` });
    const first = await errorOf(loadModule(url('a.js')));
    expect(first).toBeInstanceOf(RangeError);
    expect(await errorOf(resolveExport(url('a.js'), 'x'))).toBe(first);
  });

  test('fails with what is no error either', async () => {
    const { url } = writeModules({ 'a.js': `throw null;` });
    await expect(loadModule(url('a.js'))).rejects.toBeNull();
  });

  test('fails with its own ERR_MODULE_NOT_FOUND as such', async () => {
    const { url } = writeModules({
      'a.js': `await import('./optional.js').catch(() => {}); export const a = () => 1;`,
    });
    expect(await resolveExport(url('a.js'), 'a')).toBeTypeOf('function');
  });
});

describe('an export', () => {
  const exports = [
    'export const size = 3;',
    'export function crawl() { return 7; }',
    'export default function () { return 8; }',
    'export class Page {}',
    'export const [a, b] = [async () => 1, function* () {}];',
  ].join('\n');

  test.for(['crawl', 'default', 'Page', 'a', 'b'])(
    'is found when it is a function: %s',
    async (name) => {
      const { url } = writeModules({ 'a.js': exports });
      expect(await resolveExport(url('a.js'), name)).toBeTypeOf('function');
    },
  );

  test('is told from those that there are', async () => {
    const { url } = writeModules({ 'a.js': exports, 'empty.js': '' });
    const error = await errorOf(resolveExport(url('a.js'), 'crowl'));
    expect(error).toBeInstanceOf(ExportNotFoundError);
    expect(error.message).toContain(`Module '${url('a.js')}' has no export 'crowl'`);
    for (const name of ['Page', 'crawl', 'default', 'size']) expect(error.message).toContain(name);
    const empty = await errorOf(resolveExport(url('empty.js'), 'crawl'));
    expect(empty.message).toMatch(/has no export 'crawl'; it has no exports$/);
  });

  test.for(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'then'])(
    'is not inherited: %s',
    async (name) => {
      const { url } = writeModules({ 'a.js': exports });
      expect(await errorOf(resolveExport(url('a.js'), name))).toBeInstanceOf(ExportNotFoundError);
    },
  );

  test('has to be a function', async () => {
    const { url } = writeModules({ 'a.js': exports });
    const error = await errorOf(resolveExport(url('a.js'), 'size'));
    expect(error).toBeInstanceOf(NotAFunctionError);
    expect(error.message).toBe(`Export 'size' of module '${url('a.js')}' is not a function but 3`);
  });
});

describe('a URL', () => {
  test('may be of another kind than a file', async () => {
    const text = 'data:text/javascript,export const crawl = () => 9;';
    expect((await resolveExport(text, 'crawl'))()).toBe(9);
    expect(await resolveExport('node:path', 'join')).toBeTypeOf('function');
  });

  test('may have a query, which makes it another module', async () => {
    const { url } = writeModules({ 'a.js': 'export const crawl = () => import.meta.url;' });
    const first = (await resolveExport(`${url('a.js')}?copy=1`, 'crawl'))();
    const second = (await resolveExport(`${url('a.js')}?copy=2`, 'crawl'))();
    expect([first, second]).toEqual([`${url('a.js')}?copy=1`, `${url('a.js')}?copy=2`]);
  });

  test('may hold spaces and letters from anywhere', async () => {
    const { path } = writeModules({ 'mein täsk #1%.js': 'export const crawl = () => 1;' });
    const { href } = pathToFileURL(`${path}/mein täsk #1%.js`);
    expect((await resolveExport(href, 'crawl'))()).toBe(1);
  });

  test('that names a folder is not found', async () => {
    const { url } = writeModules({});
    const error = await errorOf(loadModule(url('.')));
    expect(error.message).toMatch(/director/i);
  });
});
