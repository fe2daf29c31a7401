// Shows: a loop of one's own, set as the current one and as what run() makes, and tried by the kit.
// Run: node examples/30-custom-loop.ts   (before Node 24: npx tsx examples/30-custom-loop.ts)
// Prints:
//   the current loop is a PriorityLoop: true
//   urgent, first, second
//   run() makes one, too: true
//   a task waits as on any loop
//   it keeps the contract: every check passes

import { getEventLoop, getRunningLoop, run, setEventLoop, setLoopFactory, sleep } from 'threadloop';
import type { Coroutine } from 'threadloop';
import { loopContract } from 'threadloop/testing';
import { PriorityLoop } from './loops/priority-loop.ts';

// For this thread, until another one is set.
const loop = new PriorityLoop();
setEventLoop(loop);
console.log('the current loop is a PriorityLoop:', getEventLoop() === loop);

const words: string[] = [];
loop.callSoon(() => words.push('first'));
loop.callSoon(() => words.push('second'));
loop.callUrgently(() => words.push('urgent'));
loop.stop();
await loop.runForever();
console.log(words.join(', '));
setEventLoop(null);
loop.close();

// Wherever this thread makes a loop from now on: in run(), newEventLoop() and getEventLoop().
setLoopFactory(() => new PriorityLoop());

function* main(): Coroutine<string> {
  console.log('run() makes one, too:', getRunningLoop() instanceof PriorityLoop);
  yield* sleep(5);
  return 'a task waits as on any loop';
}
console.log(await run(main()));
setLoopFactory(null);

// In a test suite: for (const { name, check } of loopContract(…)) test(name, check);
let verdict = 'every check passes';
for (const { name, check } of loopContract(() => new PriorityLoop())) {
  await check().catch((error: unknown) => (verdict = `${name}: ${String(error)}`));
}
console.log('it keeps the contract:', verdict);
