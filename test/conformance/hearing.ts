// What scenarios hear of a loop: its reports, and what is written to the console.

import type { EventLoop, ExceptionContext } from 'threadloop';
import { vi } from 'vitest';

/** Everything that the loop reports from now on. */
export function hear(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  return reports;
}

/** Everything that is written to the console as an error from now on, one text per record. */
export function hearConsole(): string[] {
  const records: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    records.push(parts.map((part) => (part instanceof Error ? part.stack : part)).join(' '));
  });
  return records;
}

/** Runs one tick: what is ready now, and nothing that it schedules. */
export async function runOneTick(loop: EventLoop): Promise<void> {
  loop.stop();
  await loop.runForever();
}

/** What a call throws, or a promise is rejected with. */
export async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
