/**
 * Numbers as people read them, in the summary and in the progress display. The same on every
 * machine, whatever its language.
 */

/** `1234567` becomes `1,234,567`. */
export function formatCount(count: number): string {
  // Written out: the first call of `toLocaleString` costs as much as a hundred small inputs.
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
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
