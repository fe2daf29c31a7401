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

/** One build. */
export interface Build extends Disposable {
  /** Its root, as `BENCH_SUBJECT` wants it. */
  readonly url: string;
}

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
 * Builds a commit; `.` is this checkout as it was built.
 *
 * @throws Error when there is no such commit, or it does not compile
 */
export function buildCommit(commit: string): Build {
  if (commit === '.') return { url: pathToFileURL(root).href, [Symbol.dispose]: () => {} };
  const hash = git('rev-parse', '--verify', `${commit}^{commit}`);
  const folder = join(mkdtempSync(join(tmpdir(), 'threadloop-bench-')), 'tree');
  git('worktree', 'add', '--detach', '--quiet', folder, hash);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const remove = (): void => {
    git('worktree', 'remove', '--force', folder);
    rmSync(join(folder, '..'), { recursive: true, force: true });
  };
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { url: `${pathToFileURL(folder).href}/`, [Symbol.dispose]: remove };
}
