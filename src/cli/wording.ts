/**
 * Numbers as people read them, in the summary and in the progress display. The same on every
 * machine, whatever its language.
 */

/** Made when the first count is shown: making it costs some 10 ms, which `--quiet` spares. */
let wholeNumbers: Intl.NumberFormat | undefined;

/** `1234567` becomes `1,234,567`. */
export function formatCount(count: number): string {
  wholeNumbers ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return wholeNumbers.format(count);
}

/** `1 input`, `2 inputs`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A duration in two steps at most: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 15 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** `3.2/s`, `1,250/s`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${formatCount(perSecond)}/s`;
}

/** `0.934` becomes `93%`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
