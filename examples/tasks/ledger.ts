// Two accounts in shared memory, which every thread changes that runs these functions. A transfer
// reads, waits and writes, so it needs a lock.

import { type Coroutine, type SharedLock, sleep } from 'threadloop';

/** What all threads work on. */
export interface Ledger {
  readonly accounts: Int32Array;
  readonly lock: SharedLock;
}

export function* transfer({ accounts, lock }: Ledger, count: number): Coroutine<void> {
  for (let each = 0; each < count; each += 1) {
    yield* lock.run(function* (): Coroutine<void> {
      const [from = 0, to = 0] = accounts;
      yield* sleep(0);
      accounts[0] = from - 1;
      accounts[1] = to + 1;
    });
  }
}

/** Ends its thread between the two writes. */
export function* crash({ accounts, lock }: Ledger): Coroutine<void> {
  yield* lock.acquire();
  accounts[0] = 0;
  process.exit(1);
}
