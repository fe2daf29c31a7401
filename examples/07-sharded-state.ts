// Shows: state that is split over loops by key: each customer's cart lives on one loop.
// Run: node examples/07-sharded-state.ts   (before Node 24: npx tsx examples/07-sharded-state.ts)
// Prints:
//   ada: tea, cups
//   bob: coffee, sugar
//   customers: ada, bob, eve
//   each on one loop: true

import { Coordinator, remoteModule } from 'threadloop';

const carts = remoteModule<typeof import('./tasks/carts.js')>(
  new URL('./tasks/carts.js', import.meta.url),
);

await using coordinator = await Coordinator.start({ loops: 2 });

// All calls of one key go to one loop, so a cart needs no lock: its owner runs one call at a time.
const add = async (customer: string, item: string): Promise<string> =>
  coordinator.with({ key: customer }).submit(carts.add, customer, item);

await Promise.all([add('ada', 'tea'), add('bob', 'coffee'), add('eve', 'milk')]);
console.log('ada:', await add('ada', 'cups'));
console.log('bob:', await add('bob', 'sugar'));

const shards = await coordinator.broadcast(carts.customers);
const all = shards.flat().toSorted();
console.log('customers:', all.join(', '));
console.log('each on one loop:', new Set(all).size === all.length);
