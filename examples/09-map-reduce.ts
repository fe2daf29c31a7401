// Shows: map-reduce; texts are mapped on any loop, each word is reduced on the loop that owns it.
// Run: node examples/09-map-reduce.ts   (before Node 24: npx tsx examples/09-map-reduce.ts)
// Prints:
//   texts: 300, loops: 2
//   the: 1000
//   loop: 500
//   thread: 400
//   calls: 300 maps, 600 reductions

import { Coordinator, remoteModule } from 'threadloop';

const words = remoteModule<typeof import('./tasks/words.js')>(
  new URL('./tasks/words.js', import.meta.url),
);

const sentences = [
  'The loop runs the callbacks of the thread.',
  'The thread owns the loop, and the loop owns the thread.',
  'The coordinator starts the loop of the other thread; a loop never waits.',
];

await using coordinator = await Coordinator.start({ loops: 2 });
const reducers = coordinator.loops;
const texts = Array.from({ length: 300 }, (_, index) => sentences[index % 3] as string);
console.log(`texts: ${texts.length}, loops: ${reducers.length}`);

// Map: wherever there is room. The results come as they are ready.
const partCount = reducers.length;
let reductionCount = 0;
async function mapAndReduce(text: string): Promise<void> {
  const parts = await coordinator.submit(words.countWords, text, partCount);
  // Reduce: each part on the loop that holds the sums of these words.
  for (const [index, part] of parts.entries()) {
    await reducers[index]?.runCoroutineThreadsafe(words.addCounts, part);
  }
  reductionCount += parts.length;
}
await Promise.all(texts.map(mapAndReduce));

// Every loop tells its best; the best of them are the best of all.
const tops = await coordinator.broadcast(words.topWords, 3);
for (const [word, count] of tops
  .flat()
  .sort(([, m], [, n]) => n - m)
  .slice(0, 3)) {
  console.log(`${word}: ${count}`);
}
console.log(`calls: ${texts.length} maps, ${reductionCount} reductions`);
