// Coordinators whose threads are scripted, so that a test goes through their lives step by step.

import { Coordinator, type CoordinatorOptions, remoteFunction } from 'threadloop';
import { ScriptedSpawner, type ScriptedThread, type ThreadScript } from 'threadloop/testing';
import { onTestFinished, vi } from 'vitest';

/** A function for calls that a script answers; no module is behind it. */
export const work = remoteFunction<(input?: unknown) => unknown>('file:///work.js', 'work');

/** Time stands still until the test moves it; messages between ports go on. */
export function holdTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** More turns of Node's loop than anything takes that waits for nothing but messages. */
const maxTurns = 200;

/** Lets messages pass until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < maxTurns; turn += 1) {
    if (isSo()) return;
    await new Promise((resolve) => void setImmediate(resolve));
  }
  throw new Error(`not so after ${maxTurns} turns: ${String(isSo)}`);
}

/** Lets all messages pass that are under way, and those that they lead to. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

/** What it fails with; taken from now on, so that it may happen at any time. */
export async function errorOf(outcome: PromiseLike<unknown>): Promise<unknown> {
  return outcome.then(
    (value) => {
      throw new Error(`resolved to ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

/** A coordinator that was started over scripted threads. */
export interface Scripted {
  readonly coordinator: Coordinator;
  /** All threads so far, in order of birth. */
  readonly threads: readonly ScriptedThread[];
}

/** Starts one; it is ended by force when the test is over. */
export async function startScripted(
  options: CoordinatorOptions = {},
  script?: ThreadScript,
): Promise<Scripted> {
  const spawner = new ScriptedSpawner(script);
  const coordinator = await Coordinator.start({ loops: 1, ...options, spawner });
  onTestFinished(async () => {
    for (const thread of spawner.threads) thread.onTerminate = () => thread.exit({ exitCode: 1 });
    await coordinator.shutdown({ mode: 'terminate' });
    for (const thread of spawner.threads) thread.terminate();
  });
  return { coordinator, threads: spawner.threads };
}

/** The newest thread. */
export function last({ threads }: Scripted): ScriptedThread {
  return threads.at(-1) as ScriptedThread;
}
