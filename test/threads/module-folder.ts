// Modules that a test writes for itself, in a folder of their own outside the project: broken ones,
// and TypeScript that the project's own tools would refuse.

import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

const installed = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A folder of ES modules; gone when the test ends. */
export interface ModuleFolder {
  readonly path: string;
  readonly url: (file: string) => string;
}

/** Writes files by name; on request they find the packages that this project has installed. */
export function writeModules(
  files: Readonly<Record<string, string>>,
  { withPackages = false }: { readonly withPackages?: boolean } = {},
): ModuleFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'threadloop-modules-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }');
  if (withPackages) symlinkSync(installed, join(path, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, url: (file) => pathToFileURL(join(path, file)).href };
}

/** What a program wrote, and how it ended; `code` is `null` when it hung and was killed. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A child that is not done by then hangs. Generous: a busy machine takes seconds. */
const childLimitMs = 30_000;

/** Runs one file of the folder in a Node of its own, from inside the folder. */
export async function runModule(
  folder: ModuleFolder,
  file: string,
  nodeArgs: readonly string[] = [],
): Promise<Ended> {
  const { THREADLOOP_DEBUG: _debug, NODE_OPTIONS: _options, ...env } = process.env;
  const options = { cwd: folder.path, env, timeout: childLimitMs };
  return new Promise((resolve) => {
    execFile(process.execPath, [...nodeArgs, file], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ stdout, stderr, code });
    });
  });
}

/** Where the built package is, for modules that cannot find it by name. */
export const packageUrl = new URL('../../dist/src/index.js', import.meta.url).href;
