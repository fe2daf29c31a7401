// main.ts: run it with `node main.ts`, or `tsx main.ts` before Node 24.
// Two threads are started; each has a loop of its own.
import { Coordinator, remoteModule } from 'threadloop';

const tasks = remoteModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));
await using coordinator = await Coordinator.start({ loops: 2 });

const loop = coordinator.loop('loop-1');
loop.callSoonThreadsafe(tasks.tally, 'hello'); // fire and forget, in order
loop.callSoonThreadsafe(tasks.tally, 'hello');
console.log(await loop.runCoroutineThreadsafe(tasks.countOf, 'hello')); // 2

console.log(await loop.runCoroutineThreadsafe(tasks.crawl, 'data:,hello%20world')); // 11
console.log(await coordinator.submit(tasks.countLines, import.meta.url)); // 20: whichever has room

const urls = ['data:,a', 'data:,bb', 'data:,ccc'];
for await (const length of coordinator.map(tasks.crawl, urls)) {
  console.log(length); // 1, 2, 3: ordered, with back pressure
}
