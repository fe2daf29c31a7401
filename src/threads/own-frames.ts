/**
 * Stacks without the frames of this package, which say nothing to those who call it.
 * In debug mode (`THREADLOOP_DEBUG=1`) they are kept.
 */

/** Where the compiled sources of this package are: `…/dist/src/`. */
const ownRoot = new URL('../', import.meta.url).href;

/** The lines of a stack that are not ours, nor Node's between ours; all, if none were left. */
export function withoutOwnFrames(stack: string): string {
  if (process.env['THREADLOOP_DEBUG'] === '1') return stack;
  const isOurs = (line: string): boolean =>
    line.includes(ownRoot) || line.includes('(node:async_hooks');
  const lines = stack.split('\n').filter((line) => !isOurs(line));
  return lines.length === 0 ? stack : lines.join('\n');
}
