/**
 * Blocking the calling thread until something has come from another one.
 *
 * Node's event loop stands still meanwhile. So the thread looks at its ports itself, and parks on
 * its doorbell in between. What the runtimes of the threads say to each other is dealt with at
 * once: answers, introductions, news of deaths. User code is not run in the blocked frame, where
 * nobody expects it: calls from other threads wait for their turn on the loop, done callbacks and
 * cancels until the thread turns again (`whenUnblocked`), in the order in which they came.
 */
import { AsyncResource } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { CancelledError, DeadlockError } from '../errors.js';
import { registry } from '../loop/registry.js';
import type { InboundSource } from '../loop/registry.js';
import { parkAt } from '../loop/vigil.js';

/** Milliseconds between two looks for what nobody rings for. A guess, safe to change. */
const recheckMs = 50;

/** What is waited for, and how long. */
export interface BlockingWait {
  readonly isDone: () => boolean;
  readonly timeoutMs: number;
  /**
   * Throws when it can never be done while this thread is blocked, or need not be any more. Asked
   * at the beginning, and from time to time: a death raises no event on a blocked thread.
   */
  readonly assertPossible: (blockedMs: number) => void;
}

/**
 * Blocks until it is done; `false` when the time is over before. With 0 it looks once.
 *
 * @throws what `assertPossible` throws
 */
export function blockUntil({ isDone, timeoutMs, assertPossible }: BlockingWait): boolean {
  const wasBlocked = registry.isBlocked;
  registry.isBlocked = true;
  waitCount += 1;
  endlessWait = timeoutMs === Infinity ? waitCount : null;
  try {
    const { doorbell } = registry;
    const startMs = performance.now();
    const deadlineMs = startMs + timeoutMs;
    let askAtMs = startMs;
    for (;;) {
      doorbell.look();
      // What is dealt with there is no part of the task that happens to wait here.
      outside.runInAsyncScope(exchangeNews);
      if (isDone()) return true;
      const nowMs = performance.now();
      if (nowMs >= deadlineMs) return false;
      if (nowMs >= askAtMs) {
        assertPossible(askAtMs - startMs);
        askAtMs += recheckMs;
      }
      parkAt(doorbell, Math.max(0, Math.min(deadlineMs, askAtMs) - nowMs));
    }
  } finally {
    registry.isBlocked = wasBlocked;
    endlessWait = null;
    if (!wasBlocked) interruption = null;
    if (registry.deferred.length > 0) announceDeferred();
  }
}

let waitCount = 0;
let endlessWait: number | null = null;

/** A number for the wait that blocks this thread now; `null` where it will end by itself. */
export function presentWait(): number | null {
  return endlessWait;
}

/** Why whatever blocks this thread now is to end; `null` where it is not. */
let interruption: string | null = null;

/** Has the wait end that blocks this thread now, if one does: see `checkInterrupted`. */
export function interruptBlocked(message: string): void {
  if (registry.isBlocked) interruption = message;
}

/**
 * For `assertPossible` of waits that can be interrupted.
 *
 * @throws CancelledError
 */
export function checkInterrupted(): void {
  if (interruption !== null) throw new CancelledError(interruption);
}

/** Whether user code has to wait until the thread turns again. */
export function isHeldBack(): boolean {
  return registry.isBlocked || registry.deferred.length > 0;
}

/** Runs user code: at once, or behind what else came up while the thread was blocked. */
export function whenUnblocked<A>(run: (arg: A) => void, arg: A): void {
  if (isHeldBack()) registry.deferred.push(() => run(arg));
  else run(arg);
}

/** The error of a wait that only this thread could end. */
export function deadlock(what: string, why: string): DeadlockError {
  return new DeadlockError(
    `Waiting here for ${what} would block for ever: ${why} while this thread is blocked. Wait ` +
      'with await or yield*, or have another thread wait',
  );
}

function exchangeNews(): void {
  for (const source of registry.inbound) source.flush();
  for (const source of registry.inbound) source.poll();
}

const outside = new AsyncResource('threadloop.blockingWait');

/**
 * Has what was deferred run when the thread turns: in a microtask or, where a blocking loop goes
 * on without ever turning, when that looks for what has come in. It must not park before.
 */
function announceDeferred(): void {
  const { inbound, doorbell } = registry;
  doorbell.ring();
  if (inbound.has(deferredSource)) return;
  inbound.add(deferredSource);
  outside.runInAsyncScope(() => queueMicrotask(runDeferred));
}

const deferredSource: InboundSource = {
  flush: () => undefined,
  poll: () => {
    if (!registry.isBlocked) outside.runInAsyncScope(runDeferred);
  },
};

function runDeferred(): void {
  const { deferred, inbound } = registry;
  // What comes up while one of them blocks in turn is put behind, and has its turn here too.
  for (let run = deferred.shift(); run !== undefined; run = deferred.shift()) run();
  inbound.delete(deferredSource);
}
