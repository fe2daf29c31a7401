// Shows: callbacks as arguments: a worker tells its progress, and asks back.
// Run: node examples/10-progress.ts   (before Node 24: npx tsx examples/10-progress.ts)
// Prints:
//   ##..
//   ####
//   may I replace 'what?'
//   replaced: 1
//   the callback cannot be called any more: ERR_CALLBACK_RELEASED

import { callback, CallbackReleasedError, Coordinator, remoteModule } from 'threadloop';

const converter = remoteModule<typeof import('./tasks/converter.js')>(
  new URL('./tasks/converter.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 1 });
const loop = coordinator.loop('loop-1');

// The functions stay here, and so does what they close over; their addresses travel.
const seen: string[] = [];
const report = callback((done: number, of: number) => {
  if (done % 2 === 0) console.log('#'.repeat(done) + '.'.repeat(of - done));
});
const mayReplace = callback((page: string) => {
  seen.push(page);
  return true;
});

const pages = ['one', 'two', 'three', 'what?'];
const replaced = await loop.runCoroutineThreadsafe(converter.convert, pages, report, mayReplace);
for (const page of seen) console.log(`may I replace '${page}'`);
console.log('replaced:', replaced);

// The other thread lets go of them when they are garbage there. This is at once, and for all.
report.release();
mayReplace.release();
try {
  await report(1, 1);
} catch (error) {
  const isReleased = error instanceof CallbackReleasedError;
  console.log('the callback cannot be called any more:', isReleased ? error.code : error);
}
