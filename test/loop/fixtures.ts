// What the tests of one thread share: loops whose time is virtual, an ear for what a loop reports,
// and programs that run in a Node of their own.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type EventLoop,
  type ExceptionContext,
  HostEventLoop,
  isCancelled,
  type Task,
} from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { onTestFinished, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A child that is not done by then hangs. Generous: a busy machine takes seconds. */
const childLimitMs = 30_000;

/** A loop whose clock jumps to the next timer; closed when the test ends. */
export function virtualLoop(name?: string): HostEventLoop {
  return closedAfterwards(
    new HostEventLoop({ clock: new VirtualClock({ autojump: true }), ...(name && { name }) }),
  );
}

/** A loop on the clock of the host; closed when the test ends. */
export function hostLoop(name?: string): HostEventLoop {
  return closedAfterwards(new HostEventLoop(name === undefined ? {} : { name }));
}

/** Closes a loop when the test ends, so that nothing on it counts as forgotten. */
export function closedAfterwards<L extends EventLoop>(loop: L): L {
  onTestFinished(() => loop.close());
  return loop;
}

/** Runs what is ready now, and nothing that it schedules. */
export async function runOneTick(loop: EventLoop): Promise<void> {
  loop.stop();
  await loop.runForever();
}

/** Runs until the task is done; gives its value, its error, or the message of its cancellation. */
export async function outcomeOf(task: Task<unknown>): Promise<unknown> {
  const loop = task.getLoop() as HostEventLoop;
  if (!task.done()) await loop.runUntilComplete(task).catch(() => {});
  try {
    return task.result();
  } catch (error) {
    return isCancelled(error) ? `cancelled(${error.message})` : error;
  }
}

/** Everything that the loop reports from now on. */
export function recordReports(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  return reports;
}

/** Everything that is written to the console as an error from now on, one text per record. */
export function recordConsole(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    lines.push(parts.map((part) => describe(part)).join(' '));
  });
  return lines;
}

function describe(part: unknown): string {
  return part instanceof Error ? String(part.stack) : String(part);
}

/** Lets Node look at everything once: promises, messages, timers that are due. */
export async function nodeTurn(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

/** Collects garbage, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What this turn has touched is kept until it ends.
  await nodeTurn();
  collect();
  await nodeTurn();
}

/** How a program in a Node of its own ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; `null` when it hung and was killed. */
  readonly code: number | null;
  readonly durationMs: number;
}

/** How to start such a program. */
export interface ProgramOptions {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs an ES module, given as text, in a Node of its own. It can import `threadloop`. */
export async function runProgram(
  text: string,
  { nodeArgs = [], env = {} }: ProgramOptions = {},
): Promise<Ended> {
  const args = [...nodeArgs, '--input-type=module', '--eval', text];
  const { THREADLOOP_DEBUG: _debug, NODE_OPTIONS: _options, ...inherited } = process.env;
  const startMs = performance.now();
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...inherited, ...env }, timeout: childLimitMs };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ stdout, stderr, code, durationMs: performance.now() - startMs });
    });
  });
}
