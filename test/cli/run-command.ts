// Runs the built command in a process of its own, as a user would.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The built command. */
export const main: string = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Where relative paths of the command start. */
export const fixtures: string = fileURLToPath(new URL('fixtures', import.meta.url));

/** A line of output. */
export interface Answer {
  readonly input: unknown;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
  readonly ms: number;
  readonly loop: string;
}

/** What came of a run. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of standard output. */
  readonly answers: readonly Answer[];
}

/** Settings of a run. */
export interface RunSettings {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const children = new Set<ChildProcess>();
// Of tests that failed before the end.
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the command; `ended` tells what came of it. */
export function startCommand(
  args: readonly string[],
  { input, cwd = fixtures, env }: RunSettings = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('close', () => children.delete(child));
  // The command may end before it has read all.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const ended = Promise.all([
    once(child, 'close') as Promise<[number | null, string | null]>,
    text(child.stdout),
    text(child.stderr),
  ]).then(([[exitCode, signal], stdout, stderr]) => {
    return {
      exitCode,
      signal,
      stdout,
      stderr,
      // Of a run that was killed, the last line may be torn.
      get answers() {
        return parseAnswers(stdout);
      },
    };
  });
  return { child, ended };
}

/** Runs the command to its end. */
export async function runCommand(
  args: readonly string[],
  settings: RunSettings = {},
): Promise<Ended> {
  return startCommand(args, { input: '', ...settings }).ended;
}

/** Parses lines of output; an incomplete last line is an error. */
export function parseAnswers(output: string): Answer[] {
  if (!output.startsWith('{"input"')) return [];
  if (!output.endsWith('\n')) throw new Error(`The last line is torn: ${output.slice(-100)}`);
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

/** Values of answers by their inputs, errors by their names. */
export function results(answers: readonly Answer[]): unknown[] {
  return answers.map(({ value, error }) => (error === undefined ? value : error.name));
}
