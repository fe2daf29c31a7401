/**
 * Makes the loops of a coordinator more or fewer. One change runs at a time; a shutdown may come at
 * any moment, ends whatever comes up or leaves, and fails the change.
 *
 * Runs on the coordinator's thread.
 */
import { LoopLeftError } from '../errors.js';
import type { LoopSet } from './loop-set.js';
import type { SupervisedLoop } from './supervised-loop.js';

/**
 * Resolves when all that come are ready, and all that leave have ended.
 *
 * @throws what `assertOpen` throws; what keeps a new loop from starting: then all stay as they were
 */
export async function changeSize(
  loops: LoopSet,
  count: number,
  assertOpen: () => void,
): Promise<void> {
  assertOpen();
  // Those that were given up do not count.
  loops.forget(loops.members.filter(({ state }) => state === 'gone'));
  const { members } = loops;
  if (count < members.length) await shrink(loops, members.slice(count));
  if (count > members.length) await grow(loops, count - members.length, assertOpen);
  assertOpen();
}

async function shrink(loops: LoopSet, leaving: readonly SupervisedLoop[]): Promise<void> {
  loops.release(leaving);
  const leave = async (each: SupervisedLoop): Promise<void> => {
    const text = `Loop '${each.name}' has left: its coordinator was resized`;
    await each.leave(new LoopLeftError(text));
  };
  await Promise.all(leaving.map(leave));
  loops.forget(leaving);
}

async function grow(loops: LoopSet, count: number, assertOpen: () => void): Promise<void> {
  const coming = loops.open(count);
  try {
    await Promise.all(coming.map(async ({ started }) => started));
    assertOpen();
  } catch (error) {
    for (const each of coming) each.terminate('another loop could not be started');
    await Promise.all(coming.map(async ({ gone }) => gone));
    loops.forget(coming);
    assertOpen();
    throw error;
  }
  loops.admit(coming);
}
