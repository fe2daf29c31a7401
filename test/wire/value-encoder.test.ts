// Registered instances and errors inside values of all shapes; see also the random test.

import { registerClass, type ClassOf } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { carry, carryOne } from './carry.js';
import { Money, Order, OverdrawnError, Stubborn, Tip, Wrapped } from './fixtures/classes.js';

describe('an instance of a registered class', () => {
  test('arrives as its class, alone and inside objects, arrays, Maps and Sets', () => {
    const sent = {
      own: new Money(1),
      list: Object.assign(new Array<unknown>(3), { 0: new Money(2), 2: 'x' }),
      map: new Map<unknown, unknown>([
        ['first', new Money(3)],
        [new Money(4), 'as a key'],
        ['last', 5],
      ]),
      set: new Set(['a', new Money(6), 'b']),
    };
    const [arrived, alone] = carry([sent, new Money(7)]) as [typeof sent, Money];
    expect(alone).toBeInstanceOf(Money);
    expect(alone.cents).toBe(7);
    expect(arrived.own.cents).toBe(1);
    expect(arrived.list[0]).toMatchObject({ cents: 2 });
    expect(1 in arrived.list).toBe(false);
    expect(arrived.list).toHaveLength(3);
    expect([...arrived.map.values()][0]).toMatchObject({ cents: 3 });
    expect([...arrived.map.keys()].map((key) => (key instanceof Money ? key.cents : key))).toEqual([
      'first',
      4,
      'last',
    ]);
    expect([...arrived.set].map((part) => (part instanceof Money ? part.cents : part))).toEqual([
      'a',
      6,
      'b',
    ]);
  });

  test('leaves what it stood in as it was', () => {
    const money = new Money(1);
    const sent = Object.freeze({ list: Object.freeze([money]), map: new Map([['m', money]]) });
    carryOne(sent);
    expect(sent.list[0]).toBe(money);
    expect(sent.map.get('m')).toBe(money);
    expect(Object.keys(sent)).toEqual(['list', 'map']);
  });

  test('that stands in several places arrives as one', () => {
    const money = new Money(1);
    const [first, second] = carry([{ money }, [money, new Set([money])]]) as [
      { money: Money },
      [Money, Set<Money>],
    ];
    expect(first.money).toBeInstanceOf(Money);
    expect(second[0]).toBe(first.money);
    expect(second[1].has(first.money)).toBe(true);
  });

  test('may hold others, which are there when it is made', () => {
    const order = new Order(new Map([['tea', new Money(250)]]), { by: new Money(3) });
    const arrived = carryOne(new Map([['order', order]])).get('order') as Order;
    expect(arrived).toBeInstanceOf(Order);
    expect(arrived.total).toBe(250);
    expect(arrived.note).toEqual({ by: new Money(3) });
  });

  test('of a subclass arrives as the nearest class that is registered', () => {
    const arrived = carryOne(new Tip(5));
    expect(arrived).toBeInstanceOf(Money);
    expect(arrived).not.toBeInstanceOf(Tip);
    expect(arrived.cents).toBe(5);
  });

  test('may refer to what it stands in', () => {
    const container: { order?: Order } = {};
    container.order = new Order(new Map(), container);
    const arrived = carryOne(container);
    expect((arrived.order as Order).note).toBe(arrived);
  });

  test('that holds itself is refused, with the argument named', () => {
    const wrapped = new Wrapped(null);
    const list = [wrapped];
    Object.assign(wrapped, { inside: list });
    expect(() => carry([1, wrapped])).toThrow(
      /^argument 2 of f\(\) cannot be copied to another thread: Wrapped .*, encoded, holds itself$/,
    );
  });

  test('that cannot be encoded is refused, with the argument named and the cause kept', () => {
    expect(() => carry([1, { deep: [new Stubborn()] }])).toThrow(
      expect.objectContaining({
        code: 'ERR_NOT_CLONEABLE',
        message: 'argument 2 of f() cannot be copied to another thread: I stay',
        cause: new RangeError('I stay'),
      }),
    );
  });
});

describe('values around it', () => {
  test('keep cycles and shared references, also between arguments', () => {
    const shared = { n: 1 };
    const ring: { self?: unknown; money: Money; shared: unknown } = {
      money: new Money(1),
      shared,
    };
    ring.self = ring;
    const [arrived, second] = carry([ring, shared]) as [typeof ring, object];
    expect(arrived.self).toBe(arrived);
    expect(arrived.shared).toBe(second);
    expect(arrived.money.cents).toBe(1);
  });

  test('may be Maps and Sets that hold themselves', () => {
    const map = new Map<string, unknown>([['money', new Money(1)]]);
    map.set('self', map);
    const set = new Set<unknown>([map]);
    set.add(set);
    const [arrivedMap, arrivedSet] = carry([map, set]) as [typeof map, typeof set];
    expect(arrivedMap.get('self')).toBe(arrivedMap);
    expect([...arrivedSet]).toEqual([arrivedMap, arrivedSet]);
  });

  test('may have the property __proto__', () => {
    const sent = JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>;
    const arrived = carryOne({ sent, money: new Money(1) }).sent;
    expect(Object.keys(arrived)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
  });

  test('are what structured clone makes of them, if they are nothing special', () => {
    class Plain {
      readonly x = 1;
    }
    const sent = {
      money: new Money(1),
      date: new Date(5),
      bytes: new Uint8Array([1, 2]),
      plain: new Plain(),
      error: new RangeError('far'),
      text: /x/g,
    };
    const arrived = carryOne(sent);
    expect(arrived.date).toEqual(sent.date);
    expect(arrived.bytes).toEqual(sent.bytes);
    expect(arrived.plain).not.toBeInstanceOf(Plain);
    expect(arrived.plain).toEqual({ x: 1 });
    expect(arrived.error).toBeInstanceOf(RangeError);
    expect(arrived.text).toEqual(/x/g);
  });

  test('are refused when they are too deep to be gone through', () => {
    let deep: unknown = new Money(1);
    for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
    expect(() => carry([deep])).toThrow('argument 1 of f() cannot be copied to another thread: it');
  });
});

describe('an error of a registered class', () => {
  test('that is a value keeps its class, and the class of what it holds', () => {
    const sent = [new OverdrawnError(new Money(3))];
    const [arrived] = carryOne(sent) as [OverdrawnError];
    expect(arrived).toBeInstanceOf(OverdrawnError);
    expect(arrived.message).toBe('overdrawn');
    expect(arrived.by).toBeInstanceOf(Money);
    expect(arrived.by.cents).toBe(3);
  });
});

describe('registerClass', () => {
  const codec = { encode: () => null, decode: () => new Date() };

  test('refuses what is no class, and what has no way there and back', () => {
    expect(() => registerClass({} as typeof Date, codec)).toThrow(
      'registerClass() expects a class, got {}',
    );
    expect(() => registerClass(Date, {} as typeof codec)).toThrow(
      'registerClass() expects { encode, decode }, got encode undefined and decode undefined',
    );
    expect(() => registerClass(class {}, codec)).toThrow(
      "registerClass() finds classes by name, got '': give it one with { name }",
    );
  });

  test('refuses a second class of the same name, unless it is given another', () => {
    const other = class Money {
      readonly x = 1;
    };
    const way = { encode: () => null, decode: () => new other() };
    expect(() => registerClass(other, way)).toThrow(
      "registerClass() finds classes by name, and another class is registered as 'Money': " +
        'give this one a name of its own with { name }',
    );
    registerClass(other, { ...way, name: 'other.Money' });
    expect(carryOne([new other()])[0]).toBeInstanceOf(other);
  });

  test('takes the same class again, as a module brings it that was loaded twice', () => {
    const make = (): ClassOf<Date> => class Twice extends Date {};
    registerClass(make(), codec);
    expect(() => registerClass(make(), codec)).not.toThrow();
  });

  test('takes a class whose constructor is private', () => {
    class Single {
      static readonly only: Single = new Single();

      private constructor() {}
    }
    registerClass(Single, { encode: () => null, decode: () => Single.only });
    expect(carryOne({ x: Single.only }).x).toBe(Single.only);
  });
});
