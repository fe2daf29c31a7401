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

/** The lines of a stack that are not ours, nor Node's between ours; all, if none were left. */
export function withoutOwnFrames(stack: string): string {
  if (process.env['THREADLOOP_DEBUG'] === '1') return stack;
  const isOurs = (line: string): boolean =>
    line.includes('(node:async_hooks') || ownFolders.some((folder) => line.includes(folder));
  const lines = stack.split('\n').filter((line) => !isOurs(line));
  return lines.length === 0 ? stack : lines.join('\n');
}
