/**
 * Which Python takes part: one that has uvloop, so that asyncio and uvloop are measured with the
 * same one, or else any, for asyncio alone.
 */
import { spawnSync } from 'node:child_process';

const candidates = ['python3', '/usr/bin/python3', '/usr/local/bin/python3'];

/** For each loop the file to run, or why it cannot take part. */
export interface Pythons {
  readonly asyncio: PythonLoop;
  readonly uvloop: PythonLoop;
}

/** See `Pythons`. */
type PythonLoop =
  | { readonly file: string; readonly version: string }
  | { readonly problem: string };

/** Looks for them; `PYTHON` in the environment is asked first. */
export function findPythons(): Pythons {
  const own = process.env['PYTHON'];
  const files = own === undefined ? candidates : [own, ...candidates];
  const withUvloop = find(files, 'uvloop', 'uvloop.__version__');
  const asyncio = withUvloop ?? find(files, 'platform', 'platform.python_version()');
  if (asyncio === null) {
    const problem = 'no python3 was found';
    return { asyncio: { problem }, uvloop: { problem } };
  }
  const python = versionOf(asyncio.file, 'platform', 'platform.python_version()') ?? 'Python';
  return {
    asyncio: { file: asyncio.file, version: python },
    uvloop: withUvloop ?? { problem: 'no python3 that has uvloop was found' },
  };
}

function find(
  files: readonly string[],
  module: string,
  expression: string,
): { file: string; version: string } | null {
  for (const file of files) {
    const version = versionOf(file, module, expression);
    if (version !== null) return { file, version };
  }
  return null;
}

function versionOf(file: string, module: string, expression: string): string | null {
  const args = ['-c', `import ${module}; print(${expression})`];
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
