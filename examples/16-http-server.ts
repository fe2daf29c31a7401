// Shows: an HTTP server with one loop per thread on one port (reusePort), under load.
// Run: node examples/16-http-server.ts   (before Node 24: npx tsx examples/16-http-server.ts)
// Prints:
//   requests: 2000, errors: 0
//   answered by the loops: 2000
//   every loop has answered: true

import autocannon from 'autocannon';
import { Coordinator, type RemoteLoop, remoteModule } from 'threadloop';

const web = remoteModule<typeof import('./tasks/web.js')>(
  new URL('./tasks/web.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 2 });
const [first, second] = coordinator.loops as [RemoteLoop, RemoteLoop];

// Threads can share a port since Node 22.12; before, one of them has it.
const canShare = await first.runCoroutineThreadsafe(web.canSharePorts);
const servers = canShare ? [first, second] : [first];
let port = 0;
for (const loop of servers) port = await loop.runCoroutineThreadsafe(web.listen, port);

// Each connection goes to one of the loops, which the kernel chooses.
const url = `http://127.0.0.1:${port}/`;
const load = await autocannon({ url, connections: 32, amount: 2_000 });
console.log(`requests: ${load['2xx']}, errors: ${load.errors}`);

const counts: number[] = [];
for (const loop of servers) counts.push(await loop.runCoroutineThreadsafe(web.answered));
console.log(`answered by the loops: ${counts.reduce((sum, count) => sum + count, 0)}`);
console.log(`every loop has answered: ${counts.every((count) => count > 0)}`);
for (const loop of servers) await loop.runCoroutineThreadsafe(web.close);
