// A port from createEndpoint speaks plain Comlink: here with a copy of Comlink that has never heard
// of this package, as in a thread that does not load it.

import { MessagePort } from 'node:worker_threads';
import { expose, getLoop, type Remote } from 'threadloop';
import { createEndpoint, proxy } from 'threadloop/comlink';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shareLoops } from '../threads/loops.js';

interface Stranger {
  wrap(port: MessagePort): unknown;
  proxy<T>(value: T): T;
  readonly transferHandlers: Map<string, unknown>;
  readonly releaseProxy: symbol;
}
// The other build: symbols and handlers of its own.
const buildOfComlink = new URL('../../node_modules/comlink/dist/esm/comlink.mjs', import.meta.url);
const stranger = (await import(buildOfComlink.href)) as Stranger;

// Also runs main's loop.
shareLoops({ loops: 1 });

class Room {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  shout(): string {
    return this.name.toUpperCase();
  }
}

const house = {
  Room,
  fail: (): never => {
    throw new RangeError('no roof');
  },
  failOddly: (): never => {
    throw 'odd';
  },
  makeRoom: () => proxy(new Room('attic')),
  makeFunction: () => () => 1,
  call: async (fn: ((word: string) => unknown) & Disposable): Promise<unknown> => {
    using borrowed = fn;
    return await borrowed('hello');
  },
};

interface PlainRoom {
  shout(): Promise<string>;
}

interface Plain {
  readonly Room: new (name: string) => PromiseLike<PlainRoom>;
  fail(): Promise<never>;
  failOddly(): Promise<never>;
  makeRoom(): Promise<PlainRoom>;
  makeFunction(): Promise<unknown>;
  call(fn: (word: string) => unknown): Promise<unknown>;
}

let port: MessagePort;
let plain: Plain;
let end: () => void;

beforeEach(async () => {
  const exposure = expose('house', house);
  const own: Remote<typeof house> = getLoop('main').proxy<typeof house>('house');
  port = await own[createEndpoint]();
  plain = stranger.wrap(port) as Plain;
  end = () => {
    port.close();
    own[Symbol.dispose]();
    exposure.withdraw();
  };
});

afterEach(() => end());

test('the stranger is another Comlink indeed', () => {
  expect(port).toBeInstanceOf(MessagePort);
  expect([...stranger.transferHandlers.keys()]).toEqual(['proxy', 'throw']);
});

/** A plain Comlink's ports keep the process alive, unless it is told to let go. */
function release(room: PlainRoom): void {
  (room as unknown as Record<symbol, () => void>)[stranger.releaseProxy]?.();
}

test("errors and other things that are thrown arrive, in Comlink's own form", async () => {
  await expect(plain.fail()).rejects.toMatchObject({ name: 'RangeError', message: 'no roof' });
  await expect(plain.failOddly()).rejects.toBe('odd');
});

test('instances and marked results arrive as proxies', async () => {
  const room = await new plain.Room('cellar');
  expect(await room.shout()).toBe('CELLAR');
  release(room);
  const attic = await plain.makeRoom();
  expect(await attic.shout()).toBe('ATTIC');
  release(attic);
});

test('results that cannot be copied are refused in words', async () => {
  const message = /the result of house\.makeFunction\(\) cannot be copied/;
  await expect(plain.makeFunction()).rejects.toThrow(message);
});

test('its callbacks can be called', async () => {
  expect(await plain.call(stranger.proxy((word: string) => `${word} back`))).toBe('hello back');
});
