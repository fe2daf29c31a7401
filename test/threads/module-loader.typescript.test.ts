// TypeScript task modules, loaded by worker threads: natively where Node can, else through tsx.

import {
  ModuleNotFoundError,
  type RemoteFunction,
  remoteFunction,
  type RemoteLoop,
  remoteModule,
  type ThreadloopError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { shareLoops, startLoops } from './loops.js';
import { packageUrl, runModule, writeModules } from './module-folder.js';

const threads = shareLoops({ loops: 1 });

/** Calls a function that takes nothing; in the one thread that all these tests share. */
async function call(url: string, name: string): Promise<unknown> {
  return threads.coordinator.submit(remoteFunction<() => unknown>(url, name));
}

describe('a TypeScript module', () => {
  test('of the project is found by its own name, and by its compiled one', async () => {
    const functionsIn = (file: string) =>
      remoteModule<typeof import('./fixtures/functions.js')>(new URL(file, import.meta.url));
    const { coordinator } = threads;
    expect(await coordinator.submit(functionsIn('./fixtures/functions.ts').add, 1, 2)).toBe(3);
    expect(await coordinator.submit(functionsIn('./fixtures/functions.js').add, 3, 4)).toBe(7);
  });

  test('loads with types that can be erased', async () => {
    const { url } = writeModules({
      'a.ts': `
        import type { Stats } from 'node:fs';
        export type Size = number;
        export interface Page { readonly size: Size; readonly stats?: Stats }
        const page = { size: 3 } satisfies Page;
        export function size<T extends Page>(this: void): Size { return (page as T).size; }
      `,
      'b.mts': 'export const size = (): number => 4;',
    });
    expect(await call(url('a.ts'), 'size')).toBe(3);
    expect(await call(url('b.mts'), 'size')).toBe(4);
    expect(await call(url('b.mjs'), 'size')).toBe(4);
  });

  test('loads with what has to be compiled: enums, namespaces, parameter properties', async () => {
    const { url } = writeModules({
      'a.ts': `
        enum Color { Red = 'red', Green = 'green' }
        namespace Shapes { export const sides = 4; }
        class Tile { constructor(readonly color: Color, readonly sides = Shapes.sides) {} }
        export function tile(): Tile { return { ...new Tile(Color.Green) }; }
      `,
    });
    expect(await call(url('a.ts'), 'tile')).toEqual({ color: 'green', sides: 4 });
  });

  test('may import another one by the name it will be compiled to', async () => {
    const { url } = writeModules({
      'a.ts': `import { base } from './b.js'; export const sum = (): number => base + 1;`,
      'b.ts': `import { zero } from './c.js'; export const base: number = 41 + zero;`,
      'c.ts': 'export const zero: number = 0;',
    });
    expect(await call(url('a.js'), 'sum')).toBe(42);
  });

  test('prefers the JavaScript that is there', async () => {
    const { url } = writeModules({
      'a.js': `export const which = () => 'js';`,
      'a.ts': `export const which = (): string => 'ts';`,
    });
    expect(await call(url('a.js'), 'which')).toBe('js');
    expect(await call(url('a.ts'), 'which')).toBe('ts');
  });

  test('keeps one state, by whichever of its names it is called', async () => {
    const { url } = writeModules({
      'a.ts': 'let count = 0; export const next = (): number => (count += 1);',
    });
    expect([
      await call(url('a.ts'), 'next'),
      await call(url('a.js'), 'next'),
      await call(url('a.ts'), 'next'),
    ]).toEqual([1, 2, 3]);
  });

  test('that imports what is not there is named', async () => {
    const { path, url } = writeModules({
      'a.ts': `import { b } from './b.js'; export const a = (): unknown => b;`,
    });
    const error = await call(url('a.ts'), 'a').catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(ModuleNotFoundError);
    expect((error as Error).message).toContain(`${path}/b.js`);
  });

  test('that does not exist is named as it was asked for', async () => {
    const { path, url } = writeModules({});
    await expect(call(url('a.ts'), 'a')).rejects.toThrow(`Cannot find module '${path}/a.ts'`);
    await expect(call(url('a.js'), 'a')).rejects.toThrow(`Cannot find module '${path}/a.js'`);
  });

  test('that throws while it loads fails with that, in its own lines', async () => {
    const { url } = writeModules({
      'a.ts': `\nexport const a: number = 1;\nthrow new RangeError('at load');`,
    });
    const error = await call(url('a.ts'), 'a').catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).stack).toMatch(/a\.ts:3/);
  });

  test('is one of many in a thread, and the last loads as fast as the first', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const { url } = writeModules(
      Object.fromEntries(
        names.map((name, index) => [
          `${name}.ts`,
          `enum E { N = ${index} } export const a = (): number => E.N;`,
        ]),
      ),
    );
    for (const [index, name] of names.entries()) {
      expect(await call(url(`${name}.${index % 2 === 0 ? 'ts' : 'js'}`), 'a')).toBe(index);
    }
  });

  test('may be the first of several that load at the same time', async () => {
    const { url } = writeModules({
      'a.ts': 'enum A { B = 1 } export const a = (): number => A.B;',
      'b.ts': 'enum A { B = 2 } export const a = (): number => A.B;',
      'c.ts': `import { d } from './d.js'; export const a = (): number => d;`,
      'd.ts': 'export const d: number = 3;',
    });
    const { loops } = await startLoops({ loops: 3 });
    const [target, ...others] = loops as [RemoteLoop, RemoteLoop, RemoteLoop];
    const functions = remoteModule<{
      relay(loop: string, fn: RemoteFunction): Promise<unknown>;
    }>(
      `data:text/javascript,
        import { getLoop } from ${JSON.stringify(packageUrl)};
        export async function relay(name, fn) {
          return getLoop(name).runCoroutineThreadsafe(fn);
        }`,
    );
    // Each comes over a link of its own, so that they do not wait for each other.
    const [a, b, c] = ['a.ts', 'b.ts', 'c.ts'].map((file) => remoteFunction(url(file), 'a'));
    const calls = [
      target.runCoroutineThreadsafe(a as RemoteFunction<() => unknown>),
      others[0].runCoroutineThreadsafe(functions.relay, target.name, b as RemoteFunction),
      others[1].runCoroutineThreadsafe(functions.relay, target.name, c as RemoteFunction),
    ];
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
  });

  test('does not disturb the modules that load after it', async () => {
    const { url } = writeModules({
      'broken.ts': 'export const a: number = ;',
      'enum.ts': 'enum A { B } export const a = (): number => A.B;',
      'plain.js': 'export const a = () => 5;',
    });
    await expect(call(url('broken.ts'), 'a')).rejects.toBeInstanceOf(Error);
    expect(await call(url('enum.ts'), 'a')).toBe(0);
    expect(await call(url('plain.js'), 'a')).toBe(5);
  });
});

describe('without tsx', () => {
  const program = (file: string): string => `
    import { Coordinator, remoteFunction } from '${packageUrl}';
    const coordinator = await Coordinator.start({ loops: 1 });
    const fn = remoteFunction(new URL('./${file}', import.meta.url), 'a');
    try {
      console.log(await coordinator.submit(fn));
    } catch (error) {
      console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
    }
    await coordinator.shutdown();
  `;

  test('what has to be compiled fails with an error that says what to do', async () => {
    const folder = writeModules({
      'main.js': program('enum.js'),
      'enum.ts': 'enum A { B } export const a = (): number => A.B;',
    });
    const { stdout, stderr, code } = await runModule(folder, 'main.js');
    expect({ stderr: withoutWarnings(stderr), code }).toEqual({ stderr: '', code: 0 });
    const error = JSON.parse(stdout) as ThreadloopError;
    expect(error).toMatchObject({ name: 'TypeScriptModuleError', code: 'ERR_TYPESCRIPT_MODULE' });
    expect(error.message).toContain(`'${folder.path}/enum.ts'`);
    expect(error.message).toContain(`Node ${process.versions.node} cannot load`);
    expect(error.message).toContain('npm install --save-dev tsx');
  });

  test('what is missing is still told as missing', async () => {
    const folder = writeModules({ 'main.js': program('nowhere.js') });
    const { stdout } = await runModule(folder, 'main.js');
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'ERR_MODULE_NOT_FOUND',
      message: `Cannot find module '${folder.path}/nowhere.js'`,
    });
  });

  test('plain types load where this Node can erase them, and are told of where not', async () => {
    const folder = writeModules({
      'main.js': program('typed.ts'),
      'typed.ts': 'export const a = (): number => 7;',
    });
    const { stdout } = await runModule(folder, 'main.js');
    const features = process.features as { typescript?: unknown };
    if (features.typescript === undefined || features.typescript === false) {
      expect(JSON.parse(stdout)).toMatchObject({ code: 'ERR_TYPESCRIPT_MODULE' });
    } else {
      expect(stdout).toBe('7\n');
    }
  });
});

describe('a program that runs under --import tsx itself', () => {
  test('has threads that load what it loads', async () => {
    const folder = writeModules(
      {
        'main.ts': `
          import { Coordinator, remoteFunction } from '${packageUrl}';
          enum Main { Ready = 'ready' }
          const coordinator = await Coordinator.start({ loops: 2 });
          const fn = remoteFunction<() => string>(new URL('./tasks.js', import.meta.url), 'a');
          console.log(Main.Ready, await coordinator.broadcast(fn));
          await coordinator.shutdown();
        `,
        'tasks.ts': `enum A { B = 'compiled' } export const a = (): string => A.B;`,
      },
      { withPackages: true },
    );
    const { stdout, stderr, code } = await runModule(folder, 'main.ts', ['--import', 'tsx']);
    expect({ stdout, stderr: withoutWarnings(stderr), code }).toEqual({
      stdout: `ready [ 'compiled', 'compiled' ]\n`,
      stderr: '',
      code: 0,
    });
  });
});

/** Node's own remarks on experimental features. */
function withoutWarnings(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/ExperimentalWarning|--trace-warnings|MODULE_TYPELESS/.test(line))
    .join('\n')
    .trim();
}
