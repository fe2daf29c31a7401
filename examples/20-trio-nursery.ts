// Shows: structured concurrency in Trio's words: nurseries, scopes, limits of time, start().
// Run: node examples/20-trio-nursery.ts   (before Node 24: npx tsx examples/20-trio-nursery.ts)
// Prints:
//   port 80 is open
//   tick
//   the time is up: true
//   the other one was cancelled due to nursery
//   Exceptions from Trio nursery: out of paper

import * as trio from 'threadloop/trio';

// The last argument of a function that start() calls: tells that it is ready.
async function serve(port: number, status: trio.TaskStatus<string>): Promise<void> {
  await trio.sleep(5);
  status.started(`port ${port} is open`);
  await trio.sleepForever();
}

function* clock(): trio.Coroutine<void> {
  for (;;) {
    yield* trio.sleep(600);
    console.log('tick');
  }
}

async function print(): Promise<void> {
  throw new Error('out of paper');
}

async function scan(): Promise<void> {
  try {
    await trio.sleepForever();
  } catch (error) {
    console.log(`the other one was ${(error as Error).message}`);
    throw error;
  }
}

async function main(): Promise<void> {
  // No task outlives the block in which it was started.
  const scope = trio.moveOnAfter(1_000);
  await scope.run(() =>
    trio.openNursery(async (nursery) => {
      console.log(await nursery.start(serve, 80));
      nursery.startSoon(clock);
    }),
  );
  console.log(`the time is up: ${scope.cancelledCaught}`);

  // The first error cancels the others; all errors come out together.
  await trio.openNursery((nursery) => {
    nursery.startSoon(scan);
    nursery.startSoon(print);
  });
}

await trio.run(main).catch((error: trio.ExceptionGroup) => {
  console.log(`${error.message}: ${(error.errors[0] as Error).message}`);
});
