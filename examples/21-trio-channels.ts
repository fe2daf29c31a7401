// Shows: memory channels between tasks: several producers, one consumer, back pressure, an end.
// Run: node examples/21-trio-channels.ts   (before Node 24: npx tsx examples/21-trio-channels.ts)
// Prints:
//   3 bakers, 1 shop
//   bread, bread, bread, cake, cake, cake, pie, pie, pie
//   the most that waited on the counter: 2
//   an hour of waiting took no time

import * as trio from 'threadloop/trio';

type Counter = ReturnType<typeof trio.openMemoryChannel<string>>[0];

// Each baker has an end of the channel of its own, and closes it when it goes home.
async function bake(kind: string, counter: Counter): Promise<void> {
  for (let count = 0; count < 3; count += 1) await counter.send(kind); // waits while it is full
  counter.close();
}

async function main(): Promise<void> {
  const [counter, shop] = trio.openMemoryChannel<string>(2);
  const sold: string[] = [];
  await trio.openNursery(async (nursery) => {
    for (const kind of ['bread', 'cake', 'pie']) nursery.startSoon(bake, kind, counter.clone());
    counter.close();
    console.log(`${shop.statistics().openSendChannels} bakers, 1 shop`);
    for await (const item of shop) sold.push(item); // ends when the last baker has gone home
  });
  console.log(sold.toSorted().join(', '));
  console.log(`the most that waited on the counter: ${shop.statistics().peakBufferUsed}`);
}

await trio.run(main);

// In tests time is a number: it jumps whenever all tasks are blocked.
const clock = new trio.MockClock({ autojumpThresholdMs: 0 });
const startMs = performance.now();
await trio.run(() => trio.sleep(3_600_000), { clock });
console.log(`an hour of waiting took ${performance.now() - startMs < 1_000 ? 'no' : 'real'} time`);
