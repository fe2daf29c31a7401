// An HTTP server of its own for each loop: the kernel shares the connections of one port out.
// An ordinary module; each thread that loads it has a server and a count of its own.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getEventLoop } from 'threadloop';

let answerCount = 0;

const server = createServer((_request, response) => {
  answerCount += 1;
  response.end(`answered by ${getEventLoop().name}\n`);
});

/** Listens, on a port that others listen on too; `0` takes a free one. Returns the port. */
export async function listen(port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Since Node 22.12. Before, one loop can listen on a port.
    server.listen({ port, host: '127.0.0.1', reusePort: canSharePorts() }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** How many requests this loop has answered. */
export function answered(): number {
  return answerCount;
}

/** Ends the server: connections that idle are closed. */
export async function close(): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** Whether this Node lets several threads listen on one port. */
export function canSharePorts(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
