/**
 * Opens the source of inputs that the user chose, and finds what is wrong with it before anything
 * runs.
 */
import { stat } from 'node:fs/promises';
import { findFiles } from './find-files.js';
import { indexedInputs } from './inputs.js';
import type { InputSource } from './inputs.js';
import { fileLines, streamLines } from './line-inputs.js';
import type { InputChoice } from './map-options.js';
import { UsageError } from './usage-error.js';

/**
 * Opens the inputs. Nothing of standard input is read yet; a file of lines has been looked through.
 *
 * @param outPath - where answers go, to refuse a file that is both
 * @throws UsageError when there is no such input
 */
export async function openInputs(
  choice: InputChoice,
  outPath: string | undefined,
): Promise<InputSource> {
  switch (choice.kind) {
    case 'range': {
      const { from, to } = choice.range;
      return indexedInputs(to - from, (index) => from + index);
    }
    case 'files': {
      const paths = await findFiles(choice.patterns);
      await refuseAsOutput(paths, outPath);
      return indexedInputs(paths.length, (index) => paths[index]);
    }
    case 'lines':
      if (choice.path === '-') return streamLines('standard input', process.stdin, choice);
      await refuseAsOutput([choice.path], outPath);
      return fileLines(choice.path, choice);
  }
}

async function refuseAsOutput(
  inputPaths: readonly string[],
  outPath: string | undefined,
): Promise<void> {
  const out = outPath === undefined ? undefined : await stat(outPath).catch(() => undefined);
  if (out?.isFile() !== true) return;
  for (const path of inputPaths) {
    const input = await stat(path).catch(() => undefined);
    if (input?.ino === out.ino && input.dev === out.dev) {
      throw new UsageError(`'${path}' is an input and the --out file too; give --out another name`);
    }
  }
}
