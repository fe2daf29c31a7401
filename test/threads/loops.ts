// Real threads for a test or a file of tests, with ends that leave nothing behind.

import { Coordinator, type CoordinatorOptions } from 'threadloop';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';

/** Below the time that a test has; generous, since other tests keep the processor busy. */
const patienceMs = 16_000;

/** Loops for one test; ended by force when it is over, whatever state they are in. */
export async function startLoops(options: CoordinatorOptions): Promise<Coordinator> {
  const coordinator = await Coordinator.start(options);
  onTestFinished(async () => {
    await coordinator.shutdown({ mode: 'terminate' });
  });
  return coordinator;
}

/** Loops that all tests of a file share. Call it at the top of the file, read it in tests. */
export function shareLoops(options: CoordinatorOptions): { readonly coordinator: Coordinator } {
  const shared: { coordinator?: Coordinator } = {};
  beforeAll(async () => {
    shared.coordinator = await Coordinator.start(options);
  });
  afterAll(async () => {
    await shared.coordinator?.shutdown({ mode: 'terminate' });
  });
  return shared as { readonly coordinator: Coordinator };
}

/** Waits for what another thread brings about, and nothing here tells of. */
export async function eventually(isSo: () => boolean): Promise<void> {
  await vi.waitUntil(isSo, { interval: 1, timeout: patienceMs });
}
