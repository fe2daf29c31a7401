/**
 * Builds of threadloop at given commits, each in a work tree of its own beside this checkout's
 * packages, for as long as a comparison takes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where this checkout is. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What git says about this checkout. */
function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** The commit that is checked out, and whether the files differ from it. */
export function describeCheckout(): string {
  const isDirty = git('status', '--porcelain', '--', 'src', 'workers', 'bench') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${isDirty ? ' (dirty)' : ''}`;
}

/**
 * Builds a commit; `.` is this checkout as it was built. What it makes is removed when this process
 * ends.
 *
 * @returns the root of the build, as `BENCH_SUBJECT` wants it
 * @throws Error when there is no such commit, or it does not compile
 */
export function buildCommit(commit: string): string {
  if (commit === '.') return pathToFileURL(root).href;
  const hash = hashOf(commit);
  const parent = mkdtempSync(join(tmpdir(), 'threadloop-bench-'));
  const folder = join(parent, 'tree');
  git('worktree', 'add', '--detach', '--quiet', folder, hash);
  process.once('exit', () => {
    git('worktree', 'remove', '--force', folder);
    rmSync(parent, { recursive: true, force: true });
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${pathToFileURL(folder).href}/`;
}

function hashOf(commit: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`);
  } catch (error) {
    throw new Error(`there is no commit '${commit}' here`, { cause: error });
  }
}
