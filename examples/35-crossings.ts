// Shows: promises and events as futures, coroutines as promises; who hears of a cancel, each way.
// Run: node examples/35-crossings.ts   (before Node 24: npx tsx examples/35-crossings.ts)
// Prints:
//   ended: not needed any more
//   the coroutine has cleaned up
//   ended: too slow
//   somebody said hello
//   heard 1
//   heard 2
//   heard 3
//   nobody listens: true

import { EventEmitter, once } from 'node:events';
import { fromEventTarget, fromPromise, iterateEvents, run, sleep, toPromise } from 'threadloop';
import type { Coroutine } from 'threadloop';

const radio = new EventEmitter();
const tell = (error: unknown): void => console.log('ended:', (error as Error).message);

function* wait(): Coroutine<void> {
  try {
    yield* sleep(60_000);
  } finally {
    yield* sleep(1);
    console.log('the coroutine has cleaned up');
  }
}

/** A promise that listens to a signal: a cancel of the future fires it, and waits for the end. */
function* toAndFro(): Coroutine<void> {
  const news = fromPromise((signal) => once(radio, 'news', { signal }));
  news.cancel('not needed any more');
  yield* fromPromise(news.catch(tell));

  // And back: a signal cancels the coroutine behind a native promise.
  const controller = new AbortController();
  const waited = toPromise(wait(), { signal: controller.signal });
  yield* sleep(1);
  controller.abort(new Error('too slow'));
  yield* fromPromise(waited.catch(tell));
}

/** The next event is a future, all of them are a stream; both listen no longer than need be. */
async function listen(): Promise<void> {
  const word = fromEventTarget(radio, 'word');
  radio.emit('word', 'hello');
  console.log('somebody said', (await word)[0]);

  const numbers = iterateEvents(radio, 'number');
  for (const number of [1, 2, 3]) radio.emit('number', number);
  for await (const [number] of numbers) {
    console.log('heard', number);
    if (number === 3) break;
  }
  console.log('nobody listens:', radio.eventNames().length === 0);
}

await run(toAndFro());
await run(listen);
