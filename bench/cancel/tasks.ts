/**
 * What the rows of cancel/ call on a worker loop. The code notes in shared memory when it began and
 * when it heard of its cancel, on a clock that all threads share.
 */
import type { Coroutine } from 'threadloop';
import { threadloop } from '../subject.js';

const { checkCancelled, sleep } = threadloop;

/** Places in a call's record. */
export const begun = 0;
/** See `begun`. */
export const heard = 1;

/** Milliseconds on a clock that all threads share. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function echo(value: number): number {
  return value;
}

/** Waits for ever, or until it is cancelled. */
export function* waitLong(record: Float64Array): Coroutine<void> {
  record[begun] = nowMs();
  try {
    yield* sleep(60_000);
  } finally {
    record[heard] = nowMs();
  }
}

/** As `waitLong`, for an async function: it has to ask for the signal. */
export async function listenLong(record: Float64Array, signal?: AbortSignal): Promise<void> {
  record[begun] = nowMs();
  await new Promise<void>((resolve) => {
    signal?.addEventListener('abort', () => {
      record[heard] = nowMs();
      resolve();
    });
  });
}

/** As `waitLong`, for code that never waits. */
export function computeLong(record: Float64Array): never {
  record[begun] = nowMs();
  try {
    for (;;) checkCancelled();
  } finally {
    record[heard] = nowMs();
  }
}

/** Never asks, never ends. */
export function spin(): never {
  for (;;);
}

/** Nanoseconds that one `checkCancelled()` takes. */
export function costOfCheckNs(count: number): number {
  const startMs = performance.now();
  for (let index = 0; index < count; index += 1) checkCancelled();
  return ((performance.now() - startMs) * 1e6) / count;
}
