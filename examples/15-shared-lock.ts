// Shows: memory that several threads change, a lock that keeps it right, and a holder that dies.
// Run: node examples/15-shared-lock.ts   (before Node 24: npx tsx examples/15-shared-lock.ts)
// Prints:
//   900 transfers: 100 + 900 = 1000
//   a holder died: BrokenLockError
//   repaired: true, for 0 was half a transfer
//   and on: 50 + 950 = 1000

import { BrokenLockError, Coordinator, remoteModule, SharedLock } from 'threadloop';

const ledgers = remoteModule<typeof import('./tasks/ledger.js')>(
  new URL('./tasks/ledger.js', import.meta.url),
);

const accounts = new Int32Array(new SharedArrayBuffer(8));
const lock = new SharedLock();
const ledger = { accounts, lock };
accounts[0] = 1000;

function show(what: string): void {
  const [a = 0, b = 0] = accounts;
  console.log(`${what}: ${a} + ${b} = ${a + b}`);
}

// Each transfer reads, waits and writes. Without the lock, threads would write what is out of date.
await using coordinator = await Coordinator.start({ loops: 3 });
await coordinator.broadcast(ledgers.transfer, ledger, 300);
show('900 transfers');

// A thread that dies while it holds the lock blocks nobody: the others are told.
await coordinator.submit(ledgers.crash, ledger).catch(() => undefined);
try {
  await lock.acquire();
} catch (error) {
  if (!(error instanceof BrokenLockError)) throw error;
  console.log('a holder died:', error.name);
}

// One of them puts in order what the lock guards, while the rest waits; then all go on.
const half = accounts[0];
const isRepaired = await lock.repair(() => void (accounts[0] = 1000 - (accounts[1] ?? 0)));
console.log(`repaired: ${isRepaired}, for ${half} was half a transfer`);
await coordinator.submit(ledgers.transfer, ledger, 50);
show('and on');
