// Threads to die, some at a time: a death takes long, mostly for others to start, so that several
// can go on side by side.

import { Coordinator, type CoordinatorOptions, type RemoteLoop } from 'threadloop';
import { patients, type Ward } from './kinds.js';

/** At once; more gain nothing on two cores. */
const wardCount = 3;

/** Small enough to fill quickly, large enough to start a thread. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };

let openedCount = 0;

/** Two threads of their own. By default an error that nobody can take ends its thread. */
export async function openWard(
  lateErrors: NonNullable<CoordinatorOptions['lateErrors']> = 'die',
): Promise<Ward> {
  openedCount += 1;
  const options: CoordinatorOptions = {
    loops: 2,
    name: `ward-${openedCount}`,
    resourceLimits,
    lateErrors,
    initialize: patients.setUp,
  };
  const coordinator = await Coordinator.start(options);
  const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
  return { coordinator, loop, sibling };
}

const free: Ward[] = [];
const waiting: ((ward: Ward) => void)[] = [];

/** Opens the wards that are used again and again. */
export async function openWards(): Promise<void> {
  free.push(...(await Promise.all(Array.from({ length: wardCount }, async () => openWard()))));
}

export async function closeWards(): Promise<void> {
  const closing = free.map(({ coordinator }) => coordinator.shutdown({ mode: 'terminate' }));
  await Promise.all(closing);
}

/** Has a ward for itself until the body has ended. One that a cell has failed in is closed. */
export async function inWard(body: (ward: Ward) => Promise<void>): Promise<void> {
  let ward = free.pop() ?? (await new Promise<Ward>((resolve) => waiting.push(resolve)));
  try {
    await body(ward);
  } catch (error) {
    await ward.coordinator.shutdown({ mode: 'terminate' });
    ward = await openWard();
    throw error;
  } finally {
    const next = waiting.shift();
    if (next === undefined) free.push(ward);
    else next(ward);
  }
}
