// A postcard that travels from loop to loop. Every thread loads this module for itself, and sends
// the card on to the same function in the next thread.

import { getEventLoop, getLoop, remoteModule } from 'threadloop';

const everywhere = remoteModule<typeof import('./postcard.js')>(import.meta.url);

/** Stamps the card, and forwards it along the route. At its end the loop need not run on. */
export function forward(card: string, [next, ...route]: string[]): void {
  const stamped = `${card} → ${getEventLoop().name}`;
  if (next !== undefined) {
    getLoop(next).callSoonThreadsafe(everywhere.forward, stamped, route);
    return;
  }
  console.log(stamped);
  getEventLoop().stop();
}
