// What Comlink promises holds through our proxies: its published behaviour, in our words. Each test
// asks an object of this very thread, as Comlink's own tests do, and one of another thread.

import { MessageChannel } from 'node:worker_threads';
import { wrap } from 'comlink';
import { getLoop, type Remote, remoteModule } from 'threadloop';
import {
  createEndpoint,
  proxy,
  releaseProxy,
  transfer,
  transferHandlers,
} from 'threadloop/comlink';
import { beforeAll, describe, expect, test } from 'vitest';
import { shareLoops } from '../threads/loops.js';
import { exposePublished, type Published } from './fixtures/published.js';

const fixture = remoteModule<typeof import('./fixtures/published.js')>(
  new URL('./fixtures/published.ts', import.meta.url),
);
shareLoops({ loops: 1, name: 'w', initialize: fixture.exposePublished });
beforeAll(exposePublished);

const later = async (value: number) => new Promise((resolve) => setImmediate(resolve, value));
const comlink = { wrap: wrap as unknown as (port: unknown) => Remote<Published['getters']> };

describe.each(['main', 'w-1'])('an object on %s', (where) => {
  function proxyOf<K extends keyof Published>(name: K): Remote<Published[K]> {
    return getLoop(where).proxy<Published[K]>(name);
  }

  test('gives its properties', async () => {
    using plain = proxyOf('plain');
    expect(await plain.value).toBe(4);
    expect(await plain.missing).toBeUndefined();
  });

  test('runs its functions', async () => {
    using plain = proxyOf('plain');
    expect(await plain.f()).toBe(4);
    expect(await plain.f(undefined)).toBe(4);
  });

  test('may be a function itself', async () => {
    using four = proxyOf('four');
    expect(await four()).toBe(4);
    using sum = proxyOf('sum');
    expect(await sum(1, 3)).toBe(4);
    using later = proxyOf('later');
    expect(await later()).toBe(4);
  });

  test('passes on errors with message and stack', async () => {
    using throwers = proxyOf('throwers');
    const error: unknown = await throwers.error().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'an error' });
    const { stack, stackThere } = error as { stack: string; stackThere: string };
    const [headline, first] = stackThere.split('\n');
    expect(stack).toContain(`${headline}\n${first}`);
    expect(stack).toMatch(/expose\.comlink\.test\.ts/);
    await expect(throwers.later()).rejects.toThrow('an error, later');
  });

  test('passes on whatever else was thrown', async () => {
    using throwers = proxyOf('throwers');
    await expect(throwers.object()).rejects.toEqual({ code: 7 });
    await expect(throwers.text()).rejects.toBe('a text');
    await expect(throwers.nothing()).rejects.toBeNull();
  });

  test('may be a class, of which instances are made there', async () => {
    using accounts = proxyOf('Account');
    using account = await new accounts();
    expect(await account.owner()).toBe('nobody');
    using rich = await new accounts(23);
    expect(await rich.balance).toBe(23);
    using classes = proxyOf('classes');
    using another = await new classes.Account();
    expect(await another.owner()).toBe('nobody');
  });

  test('has the static members of its class', async () => {
    using accounts = proxyOf('Account');
    expect(await accounts.currency).toBe('EUR');
    expect(await accounts.sum(1, 3)).toBe(4);
  });

  test('keeps its state between calls', async () => {
    using accounts = proxyOf('Account');
    using account = await new accounts();
    await account.pay();
    await account.pay(5);
    expect(await account.balance).toBe(7);
    expect(await account._balance).toBe(7);
    expect(await account.audit()).toBe('fine');
    await expect(account.refuse()).rejects.toThrow('no money');
  });

  test('waits for properties and getters that are promises', async () => {
    using accounts = proxyOf('Account');
    using account = await new accounts();
    expect(await account._opened).toBe('today');
    expect(await account.opened).toBe('today');
  });

  test('takes assignments, to properties and to setters', async () => {
    using accounts = proxyOf('Account');
    using account = await new accounts();
    const assignable = account as unknown as { balance: number; _balance: number };
    assignable._balance = 4;
    expect(await account._balance).toBe(4);
    assignable.balance = 5;
    expect(await account._balance).toBe(5);
  });

  test('has methods that can be bound', async () => {
    using accounts = proxyOf('Account');
    using account = await new accounts();
    const pay = account.pay.bind(account);
    await pay();
    expect(await account.balance).toBe(2);
  });

  test('can be destructured', async () => {
    const { a, b, c } = proxyOf('getters');
    expect(await a).toBe(4);
    expect(await b).toBe(5);
    expect(await c()).toBe(6);
  });

  test('gets copies, and gives copies', async () => {
    using echo = proxyOf('echo');
    const bytes = new Uint8Array([1, 2, 3]);
    const copy = (await echo({ v: 1, bytes })) as { v: number; bytes: Uint8Array };
    expect(copy).toEqual({ v: 1, bytes });
    expect(copy.bytes).not.toBe(bytes);
    expect(bytes.byteLength).toBe(3);
  });

  test('gets what is transferred, however deep', async () => {
    using lengthOf = proxyOf('lengthOf');
    const { buffer } = new Uint8Array([1, 2, 3]);
    expect(await lengthOf(transfer(buffer, [buffer]))).toBe(3);
    expect(buffer.byteLength).toBe(0);
    using depthOf = proxyOf('depthOf');
    const { buffer: deep } = new Uint8Array([1, 2, 3]);
    expect(await depthOf(transfer({ b: { c: deep } }, [deep]))).toBe(3);
    expect(deep.byteLength).toBe(0);
  });

  test('gets message ports', async () => {
    using greet = proxyOf('greet');
    const { port1, port2 } = new MessageChannel();
    const greeting = new Promise((resolve) => port1.once('message', resolve));
    await greet(transfer(port2, [port2]));
    expect(await greeting).toBe('ohai');
    port1.close();
  });

  test('gives proxies of what is marked', async () => {
    using newTally = proxyOf('newTally');
    using tally = await newTally();
    expect(await tally.count).toBe(0);
    await tally.add();
    expect(await tally.count).toBe(1);
    using accounts = proxyOf('Account');
    using account = await new accounts();
    using another = await account.newTally();
    await another.add();
    expect(await another.count).toBe(1);
  });

  test('gets proxies of what is marked', async () => {
    using addTo = proxyOf('addTo');
    const tally = {
      count: 0,
      add(): void {
        this.count += 1;
      },
    };
    await addTo(proxy(tally));
    expect(tally.count).toBe(1);
  });

  test('gets several callbacks', async () => {
    using callAll = proxyOf('callAll');
    const results = callAll(
      proxy(() => 1),
      proxy(async () => later(2)),
      proxy(() => 'three'),
    );
    expect(await results).toEqual([1, 2, 'three']);
  });

  test('gets a callback by assignment', async () => {
    using listener = proxyOf('listener');
    const words: string[] = [];
    const assignable = listener as unknown as Published['listener'];
    assignable.onWord = proxy((word: string) => words.push(word));
    await listener.say('hello');
    expect(words).toEqual(['hello']);
  });

  test('copies what is nested, but for what is marked', async () => {
    using nested = proxyOf('nested');
    const a = await nested.a;
    using b = await nested.b;
    expect(a.v).toBe(4);
    expect(await b.v).toBe(5);
    a.v = 8;
    (b as unknown as { v: number }).v = 9;
    expect(await nested.a.v).toBe(4);
    expect(await b.v).toBe(9);
    (b as unknown as { v: number }).v = 5;
    expect(await b.v).toBe(5);
  });

  test('gives one more port to a plain Comlink', async () => {
    using getters = proxyOf('getters');
    const port = await getters[createEndpoint]();
    const another = comlink.wrap(port);
    expect(await another.a).toBe(4);
    expect(await getters.a).toBe(4);
    expect(await another.c()).toBe(6);
    expect(await getters.c()).toBe(6);
    port.close();
  });

  test('throws at those who use a released proxy', async () => {
    using accounts = proxyOf('Account');
    const account = await new accounts();
    account[releaseProxy]();
    expect(() => account.owner()).toThrow(
      expect.objectContaining({ code: 'ERR_PROXY_RELEASED' }) as Error,
    );
  });

  test('is told by its finalizer that a proxy was released', async () => {
    using endedCount = proxyOf('endedCount');
    const before = await endedCount();
    const finalized = proxyOf('finalized');
    expect(await finalized.name).toBe('finalized');
    finalized[releaseProxy]();
    await expect.poll(async () => endedCount()).toBe(before + 1);
  });

  test('refuses to send what cannot be copied, and says why', async () => {
    using functions = proxyOf('functions');
    const code = 'ERR_NOT_CLONEABLE';
    const value = (async () => functions.value)();
    await expect(value).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^the result of functions\.value cannot be copied/) as string,
    });
    await expect(functions.make()).rejects.toMatchObject({ code });
  });
});

test('transfer handlers are for values of a kind', async () => {
  class Celsius {
    readonly degrees: number;
    constructor(degrees: number) {
      this.degrees = degrees;
    }
  }
  transferHandlers.set('celsius', {
    canHandle: (value): value is Celsius => value instanceof Celsius,
    serialize: (value) => [(value as Celsius).degrees, []],
    deserialize: (degrees) => new Celsius(degrees as number),
  });
  using echo = getLoop('main').proxy<Published['echo']>('echo');
  expect(await echo(new Celsius(20))).toEqual(new Celsius(20));
  // The other thread has no such handler.
  using far = getLoop('w-1').proxy<Published['echo']>('echo');
  await expect(far(new Celsius(20))).rejects.toThrow("needs the transfer handler 'celsius'");
  expect(await far(1)).toBe(1);
});
