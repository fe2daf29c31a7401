// Shows: a nursery whose children run on other threads: one fails, and all end before it is left.
// Run: node examples/23-nursery-across-threads.ts   (before Node 24: npx tsx in the place of node)
// Prints:
//   the ovens are hot: oven 1, oven 2
//   oven 1 was switched off: cancelled due to nursery
//   oven 2 was switched off: cancelled due to nursery
//   Exceptions from Trio nursery: no flour is left
//   counted in a thread that may block: 1000000
//   a deadline has ended them all: true

import { callback, Coordinator, remoteModule } from 'threadloop';
import * as trio from 'threadloop/trio';

const ovens = remoteModule<typeof import('./tasks/ovens.js')>(
  new URL('./tasks/ovens.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 2 });
const one = coordinator.loop('loop-1');
const two = coordinator.loop('loop-2');
const offs: string[] = [];
const tell = callback((line: string) => void offs.push(line));

async function bake(): Promise<void> {
  await trio.openNursery(async (nursery) => {
    // Children like any other, on two other threads. These say when they are ready.
    const hot = [
      await nursery.startOn(one, ovens.heat, 'oven 1', tell),
      await nursery.startOn(two, ovens.heat, 'oven 2', tell),
    ];
    console.log(`the ovens are hot: ${hot.join(', ')}`);
    // The first error cancels the others, wherever they run, and waits for their ends.
    nursery.startSoonOn(two, ovens.knead);
  });
}

await trio.run(async () => {
  await bake().catch((error: trio.ExceptionGroup) => {
    for (const line of offs.sort()) console.log(line);
    console.log(`${error.message}: ${(error.errors[0] as Error).message}`);
  });

  // A function that blocks gets a thread of its own, and a way back into this task.
  const grains = await trio.toThread.runSync(ovens.countGrains, 1_000_000);
  console.log(`counted in a thread that may block: ${grains}`);

  const scope = trio.moveOnAfter(50);
  await scope.run(() =>
    trio.openNursery((nursery) => {
      for (const loop of [one, two]) nursery.startSoonOn(loop, ovens.stir);
    }),
  );
  console.log(`a deadline has ended them all: ${scope.cancelledCaught}`);
});
