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

/** What git says about a checkout. */
function git(checkout: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim();
}

/** The commit that is checked out, and whether the files differ from it. */
export function describeCheckout(): string {
  const isDirty = git(root, 'status', '--porcelain', '--', 'src', 'workers', 'bench') !== '';
  return `${git(root, 'rev-parse', '--short', 'HEAD')}${isDirty ? ' (dirty)' : ''}`;
}

/**
 * Builds a commit; `.` is this checkout as it was built. What it makes is removed when this process
 * ends.
 *
 * @returns the root of the build, as `BENCH_SUBJECT` wants it
 * @throws Error when there is no such commit, or it does not compile
 */
export function buildCommit(commit: string, checkout: string = root): string {
  if (commit === '.') return pathToFileURL(checkout).href;
  const hash = hashOf(commit, checkout);
  const parent = mkdtempSync(join(tmpdir(), 'threadloop-bench-'));
  const folder = join(parent, 'tree');
  git(checkout, 'worktree', 'add', '--detach', '--quiet', folder, hash);
  process.once('exit', () => {
    git(checkout, 'worktree', 'remove', '--force', folder);
    rmSync(parent, { recursive: true, force: true });
  });
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'), 'junction');
  // As that commit is built, by whatever means it had.
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${pathToFileURL(folder).href}/`;
}

function hashOf(commit: string, checkout: string): string {
  try {
    return git(checkout, 'rev-parse', '--verify', '--quiet', `${commit}^{commit}`);
  } catch (error) {
    throw new Error(`there is no commit '${commit}' here`, { cause: error });
  }
}
