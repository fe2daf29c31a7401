/**
 * What comes before every clock: the work itself, over and over, until the compiler has had time to
 * see it. On the thread that measures.
 */
import { collectGarbage } from './life/memory.js';
import type { Size } from './row.js';

/** At least once, and as long as the size of the run says; what it has left is collected then. */
export async function warmUp({ warmUpMs }: Size, pass: () => unknown): Promise<void> {
  const startMs = performance.now();
  do await pass();
  while (performance.now() - startMs < warmUpMs);
  collectGarbage();
}
