// Work in a bakery, for nurseries of another thread: what ends in good order when it is told to.
// Loaded by the threads of the loops, and by one that may block.

import type { Callback, Coroutine } from 'threadloop';
import * as trio from 'threadloop/trio';

/** Is hot after a while, and stays so until it is cancelled; then it is switched off. */
export function* heat(
  name: string,
  tell: Callback<(line: string) => void>,
  status: trio.TaskStatus<string>,
): Coroutine<void> {
  yield* trio.sleep(5);
  status.started(name);
  try {
    yield* trio.sleepForever();
  } catch (error) {
    // Every wait in a cancelled scope ends at once, but for those behind a shield.
    yield* new trio.CancelScope({ shield: true }).run(function* () {
      yield* trio.sleep(5);
      yield* tell(`${name} was switched off: ${(error as Error).message}`);
    });
    throw error;
  }
}

/** Fails. */
export async function knead(): Promise<never> {
  await trio.sleep(5);
  throw new RangeError('no flour is left');
}

/** Never ends by itself. */
export async function stir(): Promise<never> {
  for (;;) await trio.sleep(1);
}

/** Holds its thread, and asks from time to time whether it may go on. */
export function countGrains(count: number): number {
  let grains = 0;
  while (grains < count) {
    grains += 1;
    if (grains % 1_000 === 0) trio.fromThread.checkCancelled();
  }
  return grains;
}
