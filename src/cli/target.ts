/**
 * The function that is to run: `MODULE[#export]` on the command line.
 *
 * Here it is only found, on the main thread; it is loaded on the loops and nowhere else.
 */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from './usage-error.js';

/** Address of a function. */
export interface Target {
  /** The module as it was typed, for messages. */
  readonly module: string;
  /** What the loops import. */
  readonly url: string;
  /** `undefined` when none was typed: the module decides, see `pickFunction`. */
  readonly exportName: string | undefined;
}

/** Endings tried when a module was typed without one. */
const moduleExtensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs'] as const;

/**
 * Reads `MODULE[#export]`: a path, relative to the current directory, or a `file:` URL. A file
 * whose very name has a `#` in it is found under that name.
 *
 * @throws UsageError when there is no such file
 */
export async function parseTarget(text: string): Promise<Target> {
  const hash = text.lastIndexOf('#');
  // In a URL, a # that belongs to the name is written %23.
  const isWhole = hash === -1 || (!text.startsWith('file:') && (await isFile(toPath(text))));
  if (isWhole) return locate(text, undefined);
  const exportName = text.slice(hash + 1);
  if (exportName === '') {
    throw new UsageError(`no name behind the # of '${text}'; write MODULE#export, or MODULE alone`);
  }
  return locate(text.slice(0, hash), exportName);
}

async function locate(module: string, exportName: string | undefined): Promise<Target> {
  const path = toPath(module);
  if (await isFile(path)) return { module, url: pathToFileURL(path).href, exportName };
  throw new UsageError(`module not found: '${module}'; ${await mend(module, path)}`);
}

async function mend(module: string, path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) return 'it is a directory: name the file in it';
  if (stats === undefined) {
    for (const extension of moduleExtensions) {
      if (await isFile(path + extension)) return `did you mean '${module}${extension}'?`;
    }
  }
  const directory = await stat(dirname(path)).catch(() => undefined);
  return directory === undefined
    ? `there is no directory '${dirname(path)}'`
    : 'give the path of an existing .js or .ts file, from the current directory';
}

function toPath(module: string): string {
  if (!module.startsWith('file:')) return resolve(module);
  try {
    return fileURLToPath(module);
  } catch (error) {
    throw new UsageError(`'${module}' is no file: URL of this machine; give a path instead`, {
      cause: error,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ?? false;
}
