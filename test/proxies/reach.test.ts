// How far a proxy reaches: own members and those of the classes, and nothing by which a caller
// would come to what every object has.

import fc from 'fast-check';
import { NotAFunctionError, NotExposedError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { assign, reach, reachFunction } from '#src/proxies/reach.js';

class Animal {
  static count = 0;
  legs = 4;
  readonly #secret = 'hidden';

  static born(): number {
    return (Animal.count += 1);
  }

  get loud(): string {
    return this.#secret.toUpperCase();
  }

  walk(): number {
    return this.legs;
  }
}

class Dog extends Animal {
  override walk(): number {
    return super.walk() - 1;
  }

  bark(): string {
    return 'woof';
  }
}

const valueOf = (object: unknown, ...path: string[]) => reach(object, path, 'dog').value;

describe('a path', () => {
  test('leads to own members and to those of all classes above', () => {
    const dog = new Dog();
    expect(valueOf(dog)).toBe(dog);
    expect(valueOf(dog, 'legs')).toBe(4);
    expect(valueOf(dog, 'loud')).toBe('HIDDEN');
    expect(valueOf(dog, 'bark')).toBe(dog['bark' as never]);
    expect(reach(dog, ['walk'], 'dog')).toEqual({ parent: dog, value: dog['walk' as never] });
    expect(valueOf(Dog, 'born')).toBe(Animal['born' as never]);
    expect(valueOf({ dogs: [dog] }, 'dogs', '0', 'legs')).toBe(4);
  });

  test('leads to methods of built-in classes, but for those that all objects have', () => {
    const bones = new Map([['big', 1]]);
    expect(valueOf(bones, 'get')).toBe(bones['get' as never]);
    expect(valueOf(bones, 'toString')).toBeUndefined();
    expect(valueOf(Object.create(null, { a: { value: 1 } }), 'a')).toBe(1);
    const inherited = Object.create(Object.assign(Object.create(null) as object, { b: 2 }));
    expect(valueOf(inherited, 'b')).toBe(2);
  });

  test.for([
    'constructor',
    '__proto__',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__defineGetter__',
    'isPrototypeOf',
    'call',
    'apply',
    'bind',
    'caller',
    'arguments',
    'Symbol(Symbol.iterator)',
  ])('does not lead to %s, of whatever kind the object is', (key) => {
    const objects = [new Dog(), Dog, {}, () => 1, async () => 1, function* () {}, new Map()];
    for (const object of objects) expect(valueOf(object, key)).toBeUndefined();
  });

  test('never leads to a function that makes functions', () => {
    const keys = [
      ...Object.getOwnPropertyNames(Object.prototype),
      ...Object.getOwnPropertyNames(Function.prototype),
    ].concat('walk', 'bark', 'legs', 'self', 'list', 'born', '0', 'map', 'loud');
    const root = { Dog, list: [new Dog(), async () => 1, function* () {}] };
    const forbidden: unknown[] = [Object, Function, Object.prototype, Function.prototype];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys, 'Dog'), { maxLength: 6 }), (path) => {
        let value: unknown;
        try {
          value = valueOf(root, ...path);
        } catch (error) {
          expect(error).toBeInstanceOf(NotExposedError);
          return;
        }
        expect(forbidden).not.toContain(value);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that goes on where nothing is, is an error that says where', () => {
    expect(() => valueOf({ a: { b: 5 } }, 'a', 'b', 'c')).toThrow("dog.a.b is 5: it has no 'c'");
    expect(() => valueOf({}, 'constructor', 'constructor')).toThrow(NotExposedError);
  });
});

describe('a call', () => {
  test('of what is no function tells the functions that there are', () => {
    const call = () => reachFunction(new Dog(), ['brak'], 'dog');
    expect(call).toThrow(NotAFunctionError);
    expect(call).toThrow('dog.brak is not a function that a proxy reaches; there are walk, bark');
    expect(() => reachFunction(5, [], 'dog')).toThrow('dog is not a function that a proxy reaches');
  });

  test('does not run getters to tell them', () => {
    const trap = {
      get bomb(): never {
        throw new Error('ran');
      },
      safe: () => 1,
    };
    expect(() => reachFunction(trap, ['x'], 'trap')).toThrow('reaches; there are safe');
  });
});

describe('an assignment', () => {
  test('sets what is there, and what is new', () => {
    const dog = new Dog() as Dog & { name?: string };
    assign(dog, ['legs'], 3, 'dog');
    assign(dog, ['name'], 'Rex', 'dog');
    expect(dog).toMatchObject({ legs: 3, name: 'Rex' });
    const kennel = { dog };
    assign(kennel, ['dog', 'legs'], 5, 'kennel');
    expect(dog.legs).toBe(5);
  });

  test.for(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'cannot set %s',
    (key) => {
      const dog = new Dog();
      expect(() => assign(dog, [key], { polluted: true }, 'dog')).toThrow(
        `dog.${key} cannot be set over a proxy`,
      );
      expect(Object.hasOwn(dog, key)).toBe(false);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  test('cannot set anything of what is no object', () => {
    expect(() => assign({ legs: 4 }, ['legs', 'x'], 1, 'dog')).toThrow(NotExposedError);
    expect(() => assign({}, [], 1, 'dog')).toThrow(NotExposedError);
  });
});
