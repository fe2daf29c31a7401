/**
 * The end of a coordinator's loops; the steps have their numbers in `docs/architecture.md`.
 * Runs on the coordinator's thread.
 */
import { after } from '../threads/deadline.js';
import type { LoopSet } from './loop-set.js';
import type { ShutdownOptions } from './options.js';

/** Resolves when all threads have ended. New calls are refused already. */
export async function endLoops(
  loops: LoopSet,
  { mode, timeoutMs }: Required<ShutdownOptions>,
): Promise<void> {
  const all = [...loops.all, ...loops.joined];
  const end = (): void => terminateAll(loops, `its shutdown took more than ${timeoutMs} ms`);
  const deadline = after(timeoutMs, end)?.ref();
  if (mode === 'terminate') terminateAll(loops);
  if (mode === 'drain') await Promise.all(all.map(async ({ peer }) => peer.answered()));
  await Promise.all(all.map(async (each) => each.stop(mode === 'cancel')));
  deadline?.clear();
}

/** Ends all threads where they are. */
export function terminateAll(loops: LoopSet, reason = 'its coordinator was shut down'): void {
  for (const each of [...loops.all, ...loops.joined]) each.terminate(reason);
}
