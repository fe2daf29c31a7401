import { pathToFileURL } from 'node:url';
import { InvalidArgumentError, isRemoteFunction, remoteFunction, remoteModule } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { assertRemoteFunction } from '#src/threads/remote-function.js';

const url = new URL('./tasks.js', import.meta.url);

describe('a remote function', () => {
  test('is a plain frozen record of where it is found', () => {
    const fn = remoteFunction(url, 'crawl');
    expect(fn).toEqual({ url: url.href, name: 'crawl' });
    expect(Object.getPrototypeOf(fn)).toBe(Object.prototype);
    expect(Object.isFrozen(fn)).toBe(true);
  });

  test('stays one when it is copied to another thread, or written down', () => {
    const fn = remoteFunction(url, 'crawl');
    expect(isRemoteFunction(structuredClone(fn))).toBe(true);
    expect(isRemoteFunction(JSON.parse(JSON.stringify(fn)))).toBe(true);
    expect(structuredClone(fn)).toEqual(fn);
  });

  test.for([
    ['a URL', url, url.href],
    ['a text that is a URL', url.href, url.href],
    ['an absolute path', '/srv/my tasks#1.js', pathToFileURL('/srv/my tasks#1.js').href],
    ['a data URL', 'data:text/javascript,', 'data:text/javascript,'],
    ['a module of Node', 'node:path', 'node:path'],
  ] as const)('is found by %s', ([, given, href]) => {
    expect(remoteFunction(given, 'crawl').url).toBe(href);
    expect(remoteModule<{ crawl(): void }>(given).crawl).toEqual({ url: href, name: 'crawl' });
  });

  test.for(['./tasks.js', '../tasks.js', 'tasks.js', 'tasks', '', 'some-package/tasks'])(
    'is not found by the relative "%s", and the error says what to write',
    (relative) => {
      const attempt = (): unknown => remoteFunction(relative, 'crawl');
      expect(attempt).toThrow(InvalidArgumentError);
      expect(attempt).toThrow(`got '${relative}': write new URL('./tasks.js', import.meta.url)`);
      expect(() => remoteModule(relative)).toThrow(InvalidArgumentError);
    },
  );

  test.for([undefined, null, 5, {}])('is not found by %o either', (nonsense) => {
    expect(() => remoteFunction(nonsense as never, 'crawl')).toThrow(InvalidArgumentError);
  });

  test.for([undefined, '', 5, Symbol('crawl')])('has a name that is a text, not %o', (name) => {
    expect(() => remoteFunction(url, name as never)).toThrow(
      'remoteFunction() expects the name of an export, got',
    );
  });
});

describe('a remote module', () => {
  interface Tasks {
    crawl(page: string): number;
    default(): void;
  }

  test('gives the function of any name, the same one each time', () => {
    const tasks = remoteModule<Tasks>(url);
    expect(tasks.crawl).toEqual({ url: url.href, name: 'crawl' });
    expect(tasks.crawl).toBe(tasks.crawl);
    expect(tasks.default).toEqual({ url: url.href, name: 'default' });
  });

  test('does not load the module', () => {
    const missing = remoteModule<Tasks>(new URL('./nowhere.js', import.meta.url));
    expect(isRemoteFunction(missing.crawl)).toBe(true);
  });

  test('does not look like a promise when it is awaited by mistake', async () => {
    const tasks = remoteModule<Tasks>(url);
    // oxlint-disable-next-line typescript/await-thenable -- the mistake is the subject
    expect((await tasks).crawl).toBe(tasks.crawl);
    expect((tasks as { then?: unknown }).then).toBeUndefined();
  });

  test('has no functions for symbols, so that it can be printed and spread', () => {
    const tasks = remoteModule<Tasks>(url) as unknown as Record<symbol, unknown>;
    expect(tasks[Symbol.iterator]).toBeUndefined();
    expect(tasks[Symbol.toPrimitive]).toBeUndefined();
  });
});

describe('what is no remote function', () => {
  test.for([
    ['nothing', undefined],
    ['null', null],
    ['a function', () => {}],
    ['a text', 'crawl'],
    ['half an address', { url: url.href }],
    ['an address of the wrong kinds', { url, name: 'crawl' }],
  ] as const)('is told from one: %s', ([, value]) => {
    expect(isRemoteFunction(value)).toBe(false);
    expect(() => assertRemoteFunction(value, 'submit')).toThrow(InvalidArgumentError);
  });

  test('is refused with the way out', () => {
    const crawl = (): void => {};
    expect(() => assertRemoteFunction(crawl, 'submit')).toThrow(
      'submit() expects a remote function, got the function crawl: functions do not travel ' +
        'between threads, export it from a module and take it from remoteModule(url)',
    );
  });
});
