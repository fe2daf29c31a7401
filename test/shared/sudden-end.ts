// A participant that is ended in the middle of a change, as `terminate()` does: after so many
// writes to shared memory nothing of it runs any more, no `finally` either.

import { vi } from 'vitest';

class Ended extends Error {}

const writes = ['store', 'add', 'compareExchange', 'exchange', 'notify'] as const;

/**
 * Runs a change up to so many writes.
 *
 * @returns whether it came to its end before
 */
export function endsAfter(writeCount: number, change: () => void): boolean {
  let leftCount = writeCount;
  const spies = writes.map((name) => {
    const write = Atomics[name] as (...args: unknown[]) => unknown;
    return vi.spyOn(Atomics, name).mockImplementation(((...args: unknown[]) => {
      if (leftCount === 0) throw new Ended();
      leftCount -= 1;
      return write.apply(Atomics, args);
    }) as never);
  });
  try {
    change();
    return leftCount > 0;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return false;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
