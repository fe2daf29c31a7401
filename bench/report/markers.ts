/**
 * Replaces what stands between two markers of a page; what people have written around it stays.
 * Pure.
 */

const begin = '<!-- bench: from here on written by `npm run bench` -->';
const end = '<!-- bench: up to here -->';

/** @throws Error when the page lacks one of the markers */
export function replaceBetweenMarkers(page: string, text: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) {
    throw new Error(`the page has to hold '${begin}' and then '${end}'`);
  }
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}
