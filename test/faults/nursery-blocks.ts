// Nurseries of this thread with one child on another: its kinds, and how such a block is left.

import { setTimeout as pause } from 'node:timers/promises';
import {
  getEventLoop,
  LoopDiedError,
  type RemoteFunction,
  type RemoteLoop,
  remoteModule,
} from 'threadloop';
import * as trio from 'threadloop/trio';
import { expect } from 'vitest';

export const far = remoteModule<typeof import('../threads/fixtures/children.js')>(
  new URL('../threads/fixtures/children.ts', import.meta.url),
);
/** Within so many milliseconds every block is left. Mostly new threads start. */
export const boundMs = 12_000;

/** Longer than a turn of any child that still ran. */
export const listenMs = 15;

/** Milliseconds that a child which listens to nobody is given. */
const graceMs = 30;

export type Beats = Int32Array<SharedArrayBuffer>;
type Fn = RemoteFunction<(beats: Int32Array) => unknown>;

/** One kind of child. */
export interface Kind {
  readonly title: string;
  readonly start: (nursery: trio.Nursery, loop: RemoteLoop, beats: Beats) => unknown;
  /** Keeps its thread busy: nothing else happens there, and only its end ends it. */
  readonly isAlone?: boolean;
  /** Ends by the end of its thread only. */
  readonly isDeaf?: boolean;
}

const soon =
  (fn: unknown): Kind['start'] =>
  (nursery, loop, beats) =>
    nursery.startSoonOn(loop, fn as Fn, beats);

export const kinds: readonly Kind[] = [
  { title: 'coroutine', start: soon(far.beat) },
  { title: 'async function', start: soon(far.beatAsync) },
  { title: 'with a nursery of its own', start: soon(far.beatInside) },
  { title: 'by its signal', start: soon(far.beatOnSignal) },
  {
    title: 'shielded',
    start: (nursery, loop, beats) => nursery.startSoonOn(loop, far.beatOn, beats, 10),
  },
  {
    title: 'by startOn()',
    start: async (nursery, loop, beats) => {
      await nursery.startOn(loop, far.serve, beats, 80);
    },
  },
  { title: 'a function that asks', start: soon(far.beatHard), isAlone: true },
  { title: 'a function that does not', start: soon(far.beatDeaf), isAlone: true, isDeaf: true },
];
export const sociable: readonly Kind[] = kinds.filter(({ isAlone }) => isAlone !== true);

/** A nursery of this thread, with a child there, and one here that fails when it is told to. */
export interface Block {
  readonly kind: Kind;
  readonly beats: Beats;
  readonly scope: trio.CancelScope;
  readonly task: { cancel(): unknown };
  readonly fail: () => void;
  /** Resolves when it is left: what it threw, in words, and how many beats there were then. */
  readonly left: Promise<{ readonly words: string[]; readonly beatCount: number }>;
}

export function open(kind: Kind, loop: RemoteLoop): Block {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const scope = new trio.CancelScope();
  const failure = new trio.Event();
  const target = kind.isDeaf === true ? loop.with({ graceMs }) : loop;
  const task = getEventLoop().createTask(async () => {
    await scope.run(() =>
      trio.openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await failure.wait();
          throw new RangeError('a sibling');
        });
        await kind.start(nursery, target, beats);
      }),
    );
  });
  const left = Promise.race([outcomeOf(task, beats), late(beats)]);
  return { kind, beats, scope, task, fail: () => failure.set(), left };
}

async function outcomeOf(task: PromiseLike<unknown>, beats: Beats) {
  try {
    await task;
    return { words: [], beatCount: Atomics.load(beats, 0) };
  } catch (error) {
    const words = error instanceof trio.ExceptionGroup ? error.errors.map(wordOf) : [wordOf(error)];
    return { words, beatCount: Atomics.load(beats, 0) };
  }
}

function wordOf(error: unknown): string {
  return error instanceof LoopDiedError ? error.name : String(error);
}

async function late(beats: Beats) {
  await pause(boundMs, undefined, { ref: false });
  return { words: ['HANGS'], beatCount: Atomics.load(beats, 0) };
}

/** The blocks are left with one of these, and nothing runs behind them. */
export async function expectLeft(blocks: readonly Block[], allowed: (kind: Kind) => string[][]) {
  for (const { kind, left, beats } of blocks) {
    const { words, beatCount } = await left;
    const texts = allowed(kind).map((each) => `${kind.title}: ${each.join(', ')}`);
    expect(texts).toContain(`${kind.title}: ${words.join(', ')}`);
    await pause(listenMs);
    expect(`${kind.title}: ${Atomics.load(beats, 0)}`).toBe(`${kind.title}: ${beatCount}`);
  }
}
