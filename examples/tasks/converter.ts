// Long work that tells how far it is, to whoever wants to know. Both functions that it is given
// stay in the thread that made them.

import type { Callback, Coroutine } from 'threadloop';
import { sleep } from 'threadloop';

export function* convert(
  pages: readonly string[],
  report: Callback<(done: number, of: number) => void>,
  mayReplace: Callback<(page: string) => boolean>,
): Coroutine<number> {
  let replaced = 0;
  for (const [index, page] of pages.entries()) {
    yield* sleep(1);
    // Runs in the thread that made the callback; its answer can be waited for, or not.
    if (page.includes('?') && (yield* mayReplace(page))) replaced += 1;
    void report(index + 1, pages.length);
  }
  return replaced;
}
