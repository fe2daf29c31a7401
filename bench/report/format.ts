/**
 * Figures as people read them: three digits that count, with the unit's prefix.
 * Pure.
 */
import type { Unit } from '../row.js';

/** `1.23 M/s`, `45.6 µs`, `0.91`. */
export function formatFigure(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '–';
  if (unit === '/s') return formatRate(value);
  if (unit === '×') return toDigits(value);
  return `${toDigits(value)} ${unit}`;
}

/** The median, and in brackets the extremes where there are several. */
export function formatSpread(
  {
    median,
    min,
    max,
    values,
  }: { median: number; min: number; max: number; values: readonly number[] },
  unit: Unit,
): string {
  const middle = formatFigure(median, unit);
  if (values.length < 2) return middle;
  return `${middle} (${formatFigure(min, unit)} – ${formatFigure(max, unit)})`;
}

/** `+12.3 %`. */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–';
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

function formatRate(value: number): string {
  if (value >= 1e6) return `${toDigits(value / 1e6)} M/s`;
  if (value >= 1e3) return `${toDigits(value / 1e3)} k/s`;
  return `${toDigits(value)} /s`;
}

function toDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
