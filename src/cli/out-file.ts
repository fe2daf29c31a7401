/**
 * The file of `--out`: opened late, so that nothing is overwritten before all else is known to be
 * right, and cut back to whole lines where a run is resumed.
 */
import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { readAnswers } from './answered-inputs.js';
import type { EarlierRun } from './answered-inputs.js';
import { systemReason } from './system-error.js';
import { UsageError } from './usage-error.js';

/**
 * Reads what an earlier run has left in the file; a file that does not exist has nothing.
 *
 * @throws UsageError when the file is no regular file, cannot be read, or holds something else
 */
export async function readEarlierRun(path: string): Promise<EarlierRun | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) {
    throw new UsageError(`cannot resume from '${path}': it is no regular file`);
  }
  try {
    return await readAnswers(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read '${path}': ${systemReason(error)}`, { cause: error });
  }
}

/**
 * Opens the file for writing: behind the whole lines of an earlier run, or from the start.
 *
 * @throws UsageError when it cannot be written
 */
export async function openOutFile(
  path: string,
  earlier: EarlierRun | undefined,
): Promise<Writable> {
  try {
    const file = await open(path, earlier === undefined ? 'w' : 'a');
    if (earlier !== undefined) await file.truncate(earlier.wholeBytes);
    return createWriteStream(path, { fd: file });
  } catch (error) {
    throw new UsageError(`cannot write '${path}': ${systemReason(error)}; ${mend(error)}`, {
      cause: error,
    });
  }
}

function mend(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'make its directory first';
    case 'EISDIR':
      return 'give --out the name of a file in it';
    default:
      return 'give --out a file that you may write';
  }
}
