// The family of errors, the table behind it, and what tells one across copies of the package.
// Runs on the main thread; the second copy of the package is loaded here too.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as door from 'threadloop';
import {
  isCancelled,
  LoopDiedError,
  registerError,
  ThreadloopError,
  TimeoutError,
} from 'threadloop';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as errors from '#src/errors.js';
import { errorClasses } from '#src/errors.js';

type FamilyMember = new (message: never, options?: ErrorOptions) => ThreadloopError;

/** Every class of the family that errors.ts exports, by its name. */
const family = Object.entries(errors as Record<string, unknown>).filter(isFamilyMember);

function isFamilyMember(entry: [string, unknown]): entry is [string, FamilyMember] {
  const [, value] = entry;
  if (typeof value !== 'function') return false;
  return value === ThreadloopError || value.prototype instanceof ThreadloopError;
}

function make(errorClass: FamilyMember): ThreadloopError {
  return errorClass.name === 'LoopDiedError'
    ? new LoopDiedError({ loop: 'loop-1', exitCode: 3, reason: 'a test said so' })
    : new errorClass('what happened' as never);
}

describe('the family of errors', () => {
  test('has one class for each code, and no code twice', () => {
    const codes = family.map(([, errorClass]) => make(errorClass).code);
    expect(family.length).toBeGreaterThan(15);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('has codes that tell the names', () => {
    for (const [name, errorClass] of family) {
      const words = name
        .replace('TypeScript', 'Typescript')
        .replace(/Error$/, '')
        .replace(/(?<=[A-Za-z])(?=[A-Z])/g, '_');
      expect(make(errorClass).code).toBe(`ERR_${words.toUpperCase()}`);
    }
  });

  test('carries names on prototypes, unseen, and begins stacks with them', () => {
    for (const [name, errorClass] of family) {
      const error = make(errorClass);
      expect(error.name).toBe(name);
      expect(Object.keys(error)).not.toContain('name');
      expect(Object.keys(errorClass.prototype as object)).toEqual([]);
      expect(error.stack?.startsWith(`${name}: ${error.message}`)).toBe(true);
    }
  });

  test('keeps causes, and has none where none was given', () => {
    const cause = new RangeError('inner');
    for (const [name, errorClass] of family) {
      const withCause =
        name === 'LoopDiedError'
          ? new LoopDiedError({ loop: 'a', exitCode: 1, reason: 'b' }, { cause })
          : new errorClass('outer' as never, { cause });
      expect(withCause.cause).toBe(cause);
      expect(withCause).toBeInstanceOf(ThreadloopError);
      expect('cause' in make(errorClass)).toBe(false);
    }
  });

  test('stands in the table whole, so that each can come back over the wire', () => {
    for (const [name, errorClass] of family) expect(errorClasses.get(name)).toBe(errorClass);
  });

  test('is exported by the door whole', () => {
    for (const [name, errorClass] of family) {
      expect((door as Record<string, unknown>)[name]).toBe(errorClass);
    }
  });

  test('tells of a dead loop its name, its exit code where there is one, and the reason', () => {
    const exited = new LoopDiedError({ loop: 'loop-2', exitCode: 7, reason: 'it broke' });
    const unseen = new LoopDiedError({ loop: 'loop-2', exitCode: null, reason: 'it hung up' });
    expect(exited.message).toBe("Loop 'loop-2' died: it broke, exit code 7");
    expect(unseen.message).toBe("Loop 'loop-2' died: it hung up");
    expect(exited).toMatchObject({ loop: 'loop-2', exitCode: 7, reason: 'it broke' });
    expect(unseen.exitCode).toBeNull();
  });
});

describe('isCancelled', () => {
  const copies: string[] = [];
  afterEach(() => {
    for (const folder of copies.splice(0)) rmSync(folder, { recursive: true });
  });

  /** The package once more, as a library that brings its own copy would load it. */
  async function loadSecondCopy(): Promise<typeof errors> {
    const folder = mkdtempSync(join(tmpdir(), 'threadloop-copy-'));
    copies.push(folder);
    cpSync(fileURLToPath(new URL('../dist', import.meta.url)), folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    return (await import(pathToFileURL(join(folder, 'src/errors.js')).href)) as typeof errors;
  }

  test('tells a CancelledError, also one of another copy of the package', async () => {
    const copy = await loadSecondCopy();
    const foreign = new copy.CancelledError('elsewhere');
    expect(foreign).not.toBeInstanceOf(door.CancelledError);
    expect(isCancelled(foreign)).toBe(true);
    expect(copy.isCancelled(new door.CancelledError())).toBe(true);
  });

  test.for([
    ['another error of ours', new TimeoutError('late')],
    ['a plain error', new Error('plain')],
    ['an object with the code', { code: 'ERR_CANCELLED' }],
    ['the code', 'ERR_CANCELLED'],
    ['null', null],
    ['undefined', undefined],
  ])('says no to %s', ([, value]) => {
    expect(isCancelled(value)).toBe(false);
  });
});

describe('registerError', () => {
  let known: [string, errors.ErrorClass][];
  beforeEach(() => {
    known = [...errorClasses];
  });
  afterEach(() => {
    errorClasses.clear();
    for (const [name, errorClass] of known) errorClasses.set(name, errorClass);
  });

  test('enters a class by its name, and may be called again for it', () => {
    class DiskFullError extends Error {}
    registerError(DiskFullError);
    registerError(DiskFullError);
    expect(errorClasses.get('DiskFullError')).toBe(DiskFullError);
  });

  test('takes an abstract class, a subclass of a built-in one and a class of ours', () => {
    abstract class StorageError extends TypeError {}
    registerError(StorageError);
    registerError(TypeError);
    registerError(TimeoutError);
    expect(errorClasses.get('StorageError')).toBe(StorageError);
  });

  test.for([
    ['a class of something else', class {}],
    ['a function that makes errors', () => new Error('made')],
    ['an error', new Error('made')],
    ['an object that cannot be printed', Object.create(null)],
    ['nothing', undefined],
    ['the name of a class', 'DiskFullError'],
    ['a bound class', TypeError.bind(null)],
  ] as const)('refuses what is no class of errors: %s', ([, value]) => {
    const attempt = (): void => registerError(value as never);
    expect(attempt).toThrow(door.InvalidArgumentError);
    expect(attempt).toThrow('expects a class that extends Error, got');
  });

  test('refuses a class without a name', () => {
    expect(() => registerError(class extends Error {})).toThrow('this class has none');
  });

  test('refuses another class of a name, also of a built-in one', () => {
    class DiskFullError extends Error {}
    const other = { DiskFullError: class extends RangeError {} }.DiskFullError;
    const impostor = { TypeError: class extends Error {} }.TypeError;
    registerError(DiskFullError);
    expect(() => registerError(other)).toThrow("another class is named 'DiskFullError'");
    expect(() => registerError(impostor)).toThrow("another class is named 'TypeError'");
    expect(errorClasses.get('DiskFullError')).toBe(DiskFullError);
    expect(errorClasses.get('TypeError')).toBe(TypeError);
  });

  test('takes the newer one of a class whose module was loaded twice', () => {
    const load = () => {
      class DiskFullError extends Error {
        readonly freeBytes = 0;
      }
      registerError(DiskFullError);
      return DiskFullError;
    };
    const [older, newer] = [load(), load()];
    expect(older).not.toBe(newer);
    expect(errorClasses.get('DiskFullError')).toBe(newer);
  });
});
