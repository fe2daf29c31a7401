/**
 * What becomes of many measurements of the same thing: a median and how far they spread.
 * Pure; a list that is empty has no statistics, so that is an error.
 */

/** One figure of one contender over all rounds. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** One a round, in their order. */
  readonly values: readonly number[];
}

/**
 * The value below which such a share of the values lies, between two neighbours by their
 * distance (type 7 of Hyndman and Fan, as in R and NumPy).
 *
 * @param share - from 0, the smallest, to 1, the largest
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values, so no quantile');
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is from 0 to 1, not ${share}`);
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return position === below ? low : low + (high - low) * (position - below);
}

/** The middle one, or half way between the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Median and extremes. With few rounds the extremes say more than any other measure of spread. */
export function summarise(values: readonly number[]): Summary {
  return {
    median: median(values),
    min: quantile(values, 0),
    max: quantile(values, 1),
    values: [...values],
  };
}
