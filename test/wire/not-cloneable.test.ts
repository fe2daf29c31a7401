import { NotCloneableError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { isCloneable, notCloneable } from '#src/wire/not-cloneable.js';

const fn = function culprit(): void {};

class Account {
  readonly owner = 'Ada';
  readonly notify: unknown = fn;
}

function messageOf(value: unknown): string {
  return notCloneable('argument 1 of crawl()', value, null).message;
}

describe('whether a value can be cloned', () => {
  test.for([
    ['undefined', undefined],
    ['null', null],
    ['a number', Number.NaN],
    ['a bigint', 1n],
    ['a text', ''],
    ['an object with a circle', circle()],
    ['a Map', new Map([[{ a: 1 }, new Set([1])]])],
    ['a typed array', new Uint8Array(3)],
    ['shared memory', new SharedArrayBuffer(8)],
    ['an error', new TypeError('x')],
    ['a regular expression', /a/g],
    [
      'an instance of a class with plain fields',
      new (class {
        x = 1;
      })(),
    ],
  ] as const)('is yes for %s', ([, value]) => {
    expect(isCloneable(value)).toBe(true);
  });

  test.for([
    ['a function', fn],
    ['a symbol', Symbol('x')],
    ['a promise', Promise.resolve()],
    ['a WeakMap', new WeakMap()],
    ['an object with a function', { fn }],
    ['an array with a symbol', [Symbol('x')]],
    ['a class', Account],
    ['a proxy', new Proxy({}, {})],
    [
      'a getter that throws',
      {
        get trap(): never {
          throw new Error('a trap');
        },
      },
    ],
    ['a generator', (function* (): Generator {})()],
  ] as const)('is no for %s', ([, value]) => {
    expect(isCloneable(value)).toBe(false);
  });
});

describe('the error for what cannot be cloned', () => {
  test('says what it is, and keeps the cause', () => {
    const cause = new Error('why');
    const error = notCloneable('the result', fn, cause);
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error.cause).toBe(cause);
    expect(error.message).toBe(
      'the result cannot be copied to another thread: the function culprit is not cloneable. ' +
        'Functions do not travel: pass one of a remoteModule() instead',
    );
  });

  test.for([
    ['.save', { name: 'a', save: fn }],
    ['[2]', [1, 2, fn]],
    ['.pages[1].load', { pages: [{}, { load: fn }] }],
    ["['content-type']", { 'content-type': fn }],
    [
      ".get('key')",
      new Map([
        ['other', 1 as unknown],
        ['key', fn],
      ]),
    ],
    ['.key(', new Map([[fn, 1]])],
    ['.values()', new Set([1, fn])],
    [".jobs.get('a')[0].values().run", { jobs: new Map([['a', [new Set([{ run: fn }])]]]) }],
    ['.notify', new Account()],
    ['.account.notify', { account: new Account() }],
  ] as const)('names the path: %s', ([path, value]) => {
    expect(messageOf(value)).toContain(`the function culprit (at ${path}`);
  });

  test('names the first part that is in the way, and no path where it is the whole value', () => {
    expect(messageOf({ a: 1, b: fn, c: fn })).toContain('(at .b)');
    expect(messageOf(fn)).not.toContain('(at');
    expect(messageOf(Symbol('s'))).toContain('Symbol(s) is not cloneable');
    expect(messageOf(class Shape {})).toContain('the function Shape');
    expect(messageOf([() => {}])).toContain('the function (anonymous) (at [0])');
  });

  test('says to wait for a promise first', () => {
    expect(messageOf([Promise.resolve(1)])).toMatch(/\(at \[0\]\) is not cloneable\. Wait for it/);
    expect(messageOf(async () => {})).toContain('Functions do not travel');
  });

  test('finds its way in a circle and gives up in the deep', () => {
    const round = circle();
    round['fn'] = fn;
    expect(messageOf(round)).toContain('the function culprit (at .');
    let deep: unknown = fn;
    for (let level = 0; level < 1_000; level += 1) deep = { deep };
    expect(messageOf(deep)).toContain('(at .deep.deep');
  });

  test('is short although the value is large', () => {
    const large = { text: 'x'.repeat(1e6), list: Array.from({ length: 1e4 }, () => 'item'), fn };
    expect(messageOf(large).length).toBeLessThan(1_000);
    expect(messageOf(new Proxy(large, {})).length).toBeLessThan(1_000);
  });

  test('never throws itself', () => {
    const trap = (): never => {
      throw new Error('a trap');
    };
    const unshowable = { trap, [Symbol.for('nodejs.util.inspect.custom')]: trap };
    const getter = Object.defineProperty({}, 'x', { enumerable: true, get: trap });
    const proxy = new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap });
    const nameless = Object.defineProperty(() => {}, 'name', { get: trap });
    for (const value of [unshowable, getter, proxy, nameless, new Map([[unshowable, 1]])]) {
      expect(messageOf(value)).toContain('is not cloneable');
      expect(messageOf({ value })).toContain('is not cloneable');
    }
    expect(messageOf(getter)).toContain('(at .x)');
  });
});

function circle(): Record<string, unknown> {
  const value: Record<string, unknown> = { list: [] };
  value['self'] = value;
  (value['list'] as unknown[]).push(value);
  return value;
}
