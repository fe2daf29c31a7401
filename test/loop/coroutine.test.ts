import { type Coroutine, isCoroutine, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { isAsyncFunction, isCoroutineFunction, isPromiseLike } from '#src/loop/coroutine.js';
import { hostLoop, virtualLoop } from './fixtures.js';

function* coroutine(): Coroutine<void> {}
async function asyncFunction(): Promise<void> {}
async function* asyncGenerator(): AsyncGenerator<number> {}
const values: Record<string, unknown> = {
  'a coroutine': coroutine(),
  'a generator function': coroutine,
  'an async function': asyncFunction,
  'an async arrow': async () => {},
  'an async generator': asyncGenerator(),
  'a plain function': () => {},
  'a promise': Promise.resolve(),
  'a thenable': { then() {} },
  'a callable thenable': Object.assign(() => {}, { then() {} }),
  'an object with a then that is none': { then: true },
  'an iterator': [1].values(),
  null: null,
  undefined,
  'a text': 'then',
};

function namesOf(test: (value: unknown) => boolean): string[] {
  return Object.keys(values).filter((name) => test(values[name]));
}

describe('telling apart what can be given to a loop', () => {
  test('a coroutine is what calling a generator function gives', () => {
    expect(namesOf(isCoroutine)).toEqual(['a coroutine']);
    expect(namesOf(isCoroutineFunction)).toEqual(['a generator function']);
  });

  test('an async function is one by its declaration', () => {
    expect(namesOf(isAsyncFunction)).toEqual(['an async function', 'an async arrow']);
  });

  test('a promise is what has a then to call', () => {
    expect(namesOf(isPromiseLike)).toEqual(['a promise', 'a thenable', 'a callable thenable']);
    expect(isPromiseLike(hostLoop().createFuture())).toBe(true);
  });
});

describe('a coroutine', () => {
  test('passes values and errors through any depth of yield*', async () => {
    const depths: number[] = [];
    const descend = function* (depth: number): Coroutine<number> {
      if (depth === 0) throw new RangeError('bottom');
      try {
        return yield* descend(depth - 1);
      } catch (error) {
        yield* sleep(1);
        depths.push(depth);
        if (depth === 3) return depth;
        throw error;
      }
    };
    expect(await virtualLoop().runUntilComplete(descend(5))).toBe(3);
    expect(depths).toEqual([1, 2, 3]);
  });

  test('can be driven by another one without a task of its own', async () => {
    const loop = virtualLoop();
    const nap = function* (): Coroutine<number> {
      yield* sleep(10);
      return loop.time();
    };
    const main = function* (): Coroutine<number[]> {
      return [yield* nap(), yield* nap()];
    };
    expect(await loop.runUntilComplete(main())).toEqual([10, 20]);
  });

  test('gives way for one tick with a bare yield', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const turn = function* (word: string): Coroutine<void> {
      for (let count = 1; count <= 2; count += 1) {
        log.push(`${word} ${count}`);
        yield null;
      }
    };
    const [ping, pong] = [loop.createTask(turn('ping')), loop.createTask(turn('pong'))];
    await loop.runUntilComplete(ping);
    await loop.runUntilComplete(pong);
    expect(log).toEqual(['ping 1', 'pong 1', 'ping 2', 'pong 2']);
  });
});
