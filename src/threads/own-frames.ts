/**
 * Stacks without the frames of this package, which say nothing to those who call it.
 * In debug mode (`THREADLOOP_DEBUG=1`) they are kept.
 */

/** Where the compiled sources of this package are: `…/dist/src/`. */
const ownRoot = new URL('../', import.meta.url).href;

/** The lines of a stack that are not ours; all of them, when nothing else would be left. */
export function withoutOwnFrames(stack: string): string {
  if (process.env['THREADLOOP_DEBUG'] === '1') return stack;
  const lines = stack.split('\n').filter((line) => !line.includes(ownRoot));
  return lines.length === 0 ? stack : lines.join('\n');
}
