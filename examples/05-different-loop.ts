// Shows: the error "attached to a different loop", and its cure.
// Run: node examples/05-different-loop.ts   (before Node 24: npx tsx examples/05-different-loop.ts)
// Prints:
//   DifferentLoopError
//   … got Future <Future pending> attached to a different loop
//   on its own loop: a letter
//   from another thread: a letter to loop-1

import { Coordinator, DifferentLoopError, HostEventLoop, remoteModule, run } from 'threadloop';

// A future belongs to one loop.
const loop = new HostEventLoop();
const letter = loop.createFuture<string>();

// The mistake: run() makes a loop of its own, which must not wait for the future of another one.
// Nothing would wake it, since that other loop does not run, or runs in another thread.
try {
  await run(async () => {
    await letter;
  });
} catch (error) {
  if (!(error instanceof DifferentLoopError)) throw error;
  console.log(error.name);
  console.log(error.message.replace(/^.* got /, '… got '));
}

// The cure within a thread: wait for it on the loop that it belongs to.
loop.callSoon(() => letter.setResult('a letter'));
console.log('on its own loop:', await loop.runUntilComplete(letter));
loop.close();

// The cure between threads: futures stay where they are, and calls go to them.
const mailbox = remoteModule<typeof import('./tasks/mailbox.js')>(
  new URL('./tasks/mailbox.js', import.meta.url),
);
await using coordinator = await Coordinator.start({ loops: 1 });
const owner = coordinator.loop('loop-1');
const reading = owner.runCoroutineThreadsafe(mailbox.read);
owner.callSoonThreadsafe(mailbox.deliver, 'a letter to loop-1');
console.log('from another thread:', await reading);
