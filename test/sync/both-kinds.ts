// Scenarios that are written once and played by both kinds of task.
//
// A script is a generator that hands out what it waits for, `yield* on(lock.acquire())`; a
// coroutine takes each step with `yield*`, an async function with `await`. The test itself is a
// coroutine on a loop whose clock jumps, and moves on with `settle()` once nothing can happen any
// more.

import {
  type Coroutine,
  currentTask,
  type EventLoop,
  type Future,
  sleep,
  type Task,
} from 'threadloop';
import { virtualLoop } from '../loop/fixtures.js';

/** What both kinds can wait for. */
type Waited<T> = PromiseLike<T> & { [Symbol.iterator](): Iterator<unknown, T, unknown> };

/** A body that both kinds can play. */
export type Script<T> = Generator<Waited<unknown>, T, unknown>;

/** One kind of task. */
export interface Kind {
  readonly title: string;
  /** What a loop can run as a task, and a block as its body. */
  readonly play: <T>(script: () => Script<T>) => () => Coroutine<T> | Promise<T>;
}

/** For `describe.for`: `'$title'`. */
export const kinds: readonly Kind[] = [
  {
    title: 'in coroutines',
    play: (script) => () => playAsCoroutine(script()),
  },
  {
    title: 'in async functions',
    play: (script) => () => playAsAsyncFunction(script()),
  },
];

export const [coroutines, asyncFunctions] = kinds as [Kind, Kind];

/** A wait of a script. */
export function* on<T>(waited: Waited<T>): Script<T> {
  return (yield waited) as T;
}

function* playAsCoroutine<T>(script: Script<T>): Coroutine<T> {
  let step = script.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = yield* step.value as unknown as Coroutine<unknown>;
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(value);
  }
  return step.value;
}

async function playAsAsyncFunction<T>(script: Script<T>): Promise<T> {
  let step = script.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(value);
  }
  return step.value;
}

/** What a test plays with. */
export interface Stage {
  readonly loop: EventLoop;
  /** A task of the kind that is tried. */
  readonly start: <T>(script: () => Script<T>, name?: string) => Task<T>;
}

/** Plays a test on a loop of its own; gives what it returns. */
export async function stage<T>(kind: Kind, main: (stage: Stage) => Coroutine<T>): Promise<T> {
  const loop = virtualLoop();
  return stageOn(loop, kind, main);
}

/** As `stage`, on a loop that is there already. */
export async function stageOn<T>(
  loop: EventLoop,
  kind: Kind,
  main: (stage: Stage) => Coroutine<T>,
): Promise<T> {
  const start: Stage['start'] = (script, name) => loop.createTask(kind.play(script), { name });
  return (await loop.runUntilComplete(main({ loop, start }))) as T;
}

/** Goes on once everything has happened that does not need time, nor a `pause()`; 4 ms pass. */
export function* settle(): Coroutine<void> {
  yield* sleep(4);
}

/** Goes on with the next tick. */
export function* tick(): Coroutine<void> {
  yield* sleep(0);
}

/** The task that plays this script. */
export function self(): Task<unknown> {
  return currentTask() as Task<unknown>;
}

/** A wait of a script for time to pass. */
export function pause(delayMs = 1): Future<undefined> {
  return sleep(delayMs);
}
