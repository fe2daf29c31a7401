// Shows: a pool of loops for work that needs the processor; map, submit and broadcast.
// Run: node examples/06-pool-of-loops.ts   (before Node 24: npx tsx examples/06-pool-of-loops.ts)
// Prints:
//   primes below 50000: 5133
//   primes below 100000: 9592
//   primes below 150000: 13848
//   primes below 200000: 17984
//   the next one is 200003
//   2 loops were called 5 times

import { Coordinator, remoteModule } from 'threadloop';

const primes = remoteModule<typeof import('./tasks/primes.js')>(
  new URL('./tasks/primes.js', import.meta.url),
);

// As many loops as are asked for, each in a thread of its own. Without `loops`: one for each core.
await using coordinator = await Coordinator.start({ loops: 2 });

// map() keeps all loops busy. Results come in the order of the inputs, and inputs are taken only
// as fast as the results are.
const blocks = [0, 1, 2, 3].map((index) => ({ from: index * 50_000, to: (index + 1) * 50_000 }));
let total = 0;
let end = 0;
for await (const count of coordinator.map(primes.countPrimes, blocks)) {
  total += count;
  end += 50_000;
  console.log(`primes below ${end}: ${total}`);
}

// submit() runs one call on whichever loop has the least to do.
console.log('the next one is', await coordinator.submit(primes.nextPrime, 200_000));

// broadcast() runs a call on every loop. What a module remembers, it remembers for each thread.
const callCounts = await coordinator.broadcast(primes.callCount);
const callCount = callCounts.reduce((sum, count) => sum + count, 0);
console.log(`${callCounts.length} loops were called ${callCount} times`);
