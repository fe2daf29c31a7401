// Shows: asynchronous code in a program without a single `await`: a portal, and its calls.
// Run: node examples/11-blocking-portal.ts   (before Node 24: npx tsx …)
// Prints:
//   3 lines
//   errors keep their class: RangeError: no such page: /nowhere
//   the server listens on /tmp/socket
//   answers: HELLO, WORLD
//   the server was cancelled: true

import { isCancelled, remoteModule, startBlockingPortal } from 'threadloop';

const pages = remoteModule<typeof import('./tasks/pages.js')>(
  new URL('./tasks/pages.js', import.meta.url),
);

// A thread with a loop of its own; this line returns when it takes calls.
const portal = startBlockingPortal();

// Each call blocks until the coroutine or async function over there has ended.
console.log(portal.call(pages.countLines, '/home'), 'lines');
try {
  portal.call(pages.countLines, '/nowhere');
} catch (error) {
  console.log(`errors keep their class: ${String(error)}`);
}

// A task that goes on in the background, once it has said that it is ready.
const [server, address] = portal.startTask(pages.serve, '/tmp/socket');
console.log(`the server listens on ${address}`);

// Several at once: result() blocks for each.
const answers = ['hello', 'world'].map((word) => portal.startTaskSoon(pages.ask, word));
console.log(`answers: ${answers.map((answer) => answer.result()).join(', ')}`);

// The thread ends when its calls have ended; here they are cancelled.
portal.stop({ cancelRemaining: true });
try {
  server.result();
} catch (error) {
  console.log(`the server was cancelled: ${isCancelled(error)}`);
}
