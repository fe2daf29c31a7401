/**
 * METG, the minimum effective task granularity: the smallest task that still fills half of the
 * machine. After Task Bench (Slaughter and others, 2020). Pure.
 */

/** What part of the processors' time went into the tasks themselves, for tasks of one length. */
export interface Efficiency {
  readonly grainUs: number;
  /** From 0 to 1, but for errors of measurement. */
  readonly efficiency: number;
}

/**
 * The length from which on tasks reach `share`, between two measured ones by the logarithm of the
 * length, in which efficiency is nearly straight.
 *
 * @returns the shortest length measured where that is enough already: the true figure is at most
 *   that; `Infinity` where the longest is too short
 */
export function minimumEffectiveGrainUs(points: readonly Efficiency[], share = 0.5): number {
  const falling = points.toSorted((a, b) => b.grainUs - a.grainUs);
  let enough: Efficiency | null = null;
  for (const point of falling) {
    if (point.efficiency < share) return enough === null ? Infinity : between(point, enough, share);
    enough = point;
  }
  if (enough === null) throw new RangeError('no efficiencies, so no METG');
  return enough.grainUs;
}

function between(tooLittle: Efficiency, enough: Efficiency, share: number): number {
  const part = (share - tooLittle.efficiency) / (enough.efficiency - tooLittle.efficiency);
  return tooLittle.grainUs * (enough.grainUs / tooLittle.grainUs) ** part;
}
