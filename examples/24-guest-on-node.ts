// Shows: a run of Trio's kind as a guest on Node's own loop, beside an ordinary HTTP server.
// Run: node examples/24-guest-on-node.ts   (before Node 24: npx tsx in the place of node)
// Prints:
//   the host goes on
//   GET /tea: served by a nursery of the guest
//   GET /coffee: served by a nursery of the guest
//   the guest has ended: 2 orders

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as trio from 'threadloop/trio';

interface Order {
  readonly path: string;
  readonly answer: (text: string) => void;
}

// The two ends lead from the host's callbacks to the guest's tasks.
const [orders, incoming] = trio.openMemoryChannel<Order>(16);

const server = createServer((request, response) => {
  const answer = (text: string): void => void response.end(text);
  orders.sendNowait({ path: request.url ?? '/', answer });
});

async function serve({ path, answer }: Order): Promise<void> {
  await trio.sleep(2);
  answer(`GET ${path}: served by a nursery of the guest`);
}

// Takes two orders; the nursery is left when both are served.
async function main(): Promise<number> {
  let count = 0;
  await trio.openNursery(async (nursery) => {
    while (count < 2) {
      nursery.startSoon(serve, await incoming.receive());
      count += 1;
    }
  });
  return count;
}

const ended = new Promise<trio.Outcome<number>>((resolve) => {
  trio.startGuestRun(main, {
    // Each pass of the scheduler is one callback of Node's; its waits are Node's, too.
    runSyncSoonThreadsafe: setImmediate,
    doneCallback: resolve,
  });
});
console.log('the host goes on');

await new Promise<void>((resolve) => void server.listen(0, resolve));
const { port } = server.address() as AddressInfo;
for (const path of ['/tea', '/coffee']) {
  console.log(await (await fetch(`http://localhost:${port}${path}`)).text());
}
const outcome = await ended;
console.log(`the guest has ended: ${'value' in outcome ? outcome.value : 'no'} orders`);
server.close();
