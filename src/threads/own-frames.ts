/**
 * Stacks without the frames of this package, which say nothing to those who call it.
 * In debug mode (`THREADLOOP_DEBUG=1`) they are kept.
 */
import { fileURLToPath } from 'node:url';

const packageRoot = new URL('../../../', import.meta.url);

/** Where our sources are, compiled, and as source maps name them: as URLs and as paths. */
const ownFolders: readonly string[] = ['dist/src/', 'src/']
  .map((folder) => new URL(folder, packageRoot))
  .flatMap((url) => [url.href, fileURLToPath(url)]);

/** Parts of frames that stand between ours: Node's, and those of the pool of an executor. */
const between: readonly string[] = [
  '(node:async_hooks',
  '(node:internal/async_local_storage/',
  '/piscina/dist/',
  '\\piscina\\dist\\',
];

/** The lines of a stack without the frames that are ours, or between ours. */
export function withoutOwnFrames(stack: string): string {
  if (process.env['THREADLOOP_DEBUG'] === '1') return stack;
  const lines = stack.split('\n').filter((line) => !isOwnFrame(line));
  return lines.length === 0 ? stack : lines.join('\n');
}

function isOwnFrame(line: string): boolean {
  if (!/^\s+at /u.test(line)) return false;
  return [...ownFolders, ...between].some((part) => line.includes(part));
}
