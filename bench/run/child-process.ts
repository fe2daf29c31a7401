/**
 * One measurement in a process of its own, bounded in time: figures, or what went wrong. A process
 * that hangs is killed with all its threads, and the run goes on.
 */
import { spawn } from 'node:child_process';

/** What is run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Figures by name, or the reason why there are none. */
export type Outcome =
  | { readonly figures: Readonly<Record<string, number>> }
  | { readonly problem: string };

/** Runs it to its end, or to its limit. Never throws. */
export function runCommand({ file, args, env, limitMs }: Command): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ problem: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      if (isLate) resolve({ problem: `not done after ${limitMs / 1_000} s` });
      else if (code === 0) resolve(readFigures(output.out));
      else resolve({ problem: readProblem(output.err) ?? `ended with ${signal ?? code}` });
    });
  });
}

/** The last line that is printed; a library may have printed something before. */
export function readFigures(out: string): Outcome {
  const line = out.trim().split('\n').at(-1) ?? '';
  try {
    const figures: unknown = JSON.parse(line);
    if (isFigures(figures)) return { figures };
  } catch {
    // Told below, as what is no figures.
  }
  return { problem: `printed no figures but '${line.slice(0, 80)}'` };
}

/** JSON has no infinity: such a figure comes as `null`, and means that there is none. */
function isFigures(value: unknown): value is Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => each === null || typeof each === 'number');
}

/** The line in which Node or Python names the error; a stack is of no use in a table. */
export function readProblem(err: string): string | null {
  const lines = err
    .split('\n')
    .filter((line) => /^(?:\w+ )*\[?\w*(?:Error|Exception)\b/u.test(line));
  const line = lines.at(-1)?.trim();
  return line === undefined ? null : line.replace(/^(?:Uncaught )?Error: /u, '').slice(0, 160);
}
