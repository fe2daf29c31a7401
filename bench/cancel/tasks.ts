/**
 * What bench/cancel.ts calls on a worker loop. Times are on a clock that all threads share, so
 * that the moment in which code hears of its cancel can be set against that of the cancel.
 */
import { checkCancelled, type Coroutine, sleep } from 'threadloop';

let heardAtMs = 0;

const nowMs = (): number => performance.timeOrigin + performance.now();

/** When the code of the last call heard of its cancel. */
export function lastHeardAtMs(): number {
  return heardAtMs;
}

export function echo(value: number): number {
  return value;
}

/** Holds its thread for so many milliseconds. */
export function busy(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

/** Waits for ever, or until it is cancelled. */
export function* waitLong(): Coroutine<void> {
  try {
    yield* sleep(60_000);
  } finally {
    heardAtMs = nowMs();
  }
}

export async function listenLong(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      heardAtMs = nowMs();
      resolve();
    });
  });
}

export function computeLong(): never {
  try {
    for (;;) checkCancelled();
  } finally {
    heardAtMs = nowMs();
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
