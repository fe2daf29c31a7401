// Shows: coroutines and async functions, waiting, tasks side by side, and gather.
// Run: node examples/00-hello-world.ts   (before Node 24: npx tsx examples/00-hello-world.ts)
// Prints:
//   hello
//   world
//   first to be done
//   last to be done
//   red is mixed
//   blue is mixed
//   [ 'BLUE', 'RED' ]

import { type Coroutine, gather, getRunningLoop, run, sleep } from 'threadloop';

// An async function waits with `await`.
async function say(text: string, delayMs: number): Promise<void> {
  await sleep(delayMs);
  console.log(text);
}

// A coroutine waits with `yield*`. That lets `cancel()` stop it wherever it waits.
function* mix(colour: string, delayMs: number): Coroutine<string> {
  yield* sleep(delayMs);
  console.log(`${colour} is mixed`);
  return colour.toUpperCase();
}

async function main(): Promise<void> {
  console.log('hello');
  await sleep(10); // milliseconds, in which the loop is free for other things
  console.log('world');

  // A task begins as soon as this function waits, and goes on by itself.
  const loop = getRunningLoop();
  const last = loop.createTask(() => say('last to be done', 200));
  const first = loop.createTask(() => say('first to be done', 10));
  await last;
  await first;

  // Two coroutines at once; the results come in the order of the arguments.
  const colours = await gather([mix('blue', 200), mix('red', 10)]);
  console.log(colours);
}

// Makes a loop, runs `main` on it, cancels what is left, and closes the loop.
await run(main);
