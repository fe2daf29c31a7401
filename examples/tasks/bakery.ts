// A bakery: its oven belongs to the thread that loads this module, so nobody has to lock it.
// The others ask by calling these functions on this thread's loop.

import { type Coroutine, getEventLoop, sleep } from 'threadloop';

const oven = new Set<string>();

export function* bake(thing: string, durationMs: number): Coroutine<string> {
  if (thing === 'stone') throw new RangeError('no oven is hot enough for a stone');
  oven.add(thing);
  try {
    yield* sleep(durationMs); // here a cancel arrives, as an error
  } finally {
    oven.delete(thing);
  }
  return `${thing}, baked on ${getEventLoop().name}`;
}

export function content(): string[] {
  return [...oven];
}
