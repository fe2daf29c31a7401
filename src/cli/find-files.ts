/**
 * Finds the files that the globs on the command line mean.
 *
 * All paths are found before the run starts, so that their number is known and a glob without a
 * match is told at once. They stay as the glob gives them: relative where the glob is relative.
 */
import { stat } from 'node:fs/promises';
import { escapePath, glob } from 'tinyglobby';
import { UsageError } from './usage-error.js';

/**
 * Finds the files, each once: glob by glob in the given order, sorted by path within a glob. A
 * pattern that is the path of an existing file stands for that file, whatever signs are in it; one
 * that begins with `!` takes its matches out of all others.
 *
 * @throws UsageError when a pattern matches no file, or there are only patterns with `!`
 */
export async function findFiles(patterns: readonly string[]): Promise<readonly string[]> {
  const ignore = patterns.filter((it) => it.startsWith('!')).map((it) => it.slice(1));
  const wanted = patterns.filter((it) => !it.startsWith('!'));
  if (wanted.length === 0) {
    throw new UsageError(`only exclusions given: ${patterns.join(' ')}; add a glob to take from`);
  }
  const found = new Set<string>();
  for (const pattern of wanted) {
    for (const path of await match(pattern, ignore)) found.add(path);
  }
  return [...found];
}

async function match(pattern: string, ignore: readonly string[]): Promise<string[]> {
  const stats = await stat(pattern).catch(() => undefined);
  if (stats === undefined) return matchGlob(pattern, ignore);
  if (stats.isDirectory()) {
    const below = `${pattern.replace(/\/+$/, '')}/**`;
    throw new UsageError(`'${pattern}' is a directory; for the files below it write '${below}'`);
  }
  if (ignore.length === 0) return [pattern];
  return glob(escapePath(pattern), { ignore, onlyFiles: false });
}

async function matchGlob(pattern: string, ignore: readonly string[]): Promise<string[]> {
  const paths = await glob(pattern, { ignore, expandDirectories: false, onlyFiles: true });
  if (paths.length > 0) return paths.sort();
  throw new UsageError(
    `no file matches '${pattern}'; a glob starts at the current directory, and files whose ` +
      `names begin with a dot have to be named with it`,
  );
}
