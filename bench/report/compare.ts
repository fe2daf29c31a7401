/**
 * Two runs side by side: every figure that both have, with its change, and a mark where that is
 * 10 % or more. Pure.
 */
import type { Figure } from '../row.js';
import { formatChange, formatFigure } from './format.js';
import type { RowResults } from './results.js';
import type { Summary } from './statistics.js';
import { alignTable } from './table.js';

/** From this change on a figure is marked: less is the noise of a good machine. */
const markedChange = 0.1;

/** One figure of one contender, before and after. */
export interface Change {
  readonly title: string;
  readonly figure: Figure;
  readonly before: Summary;
  readonly after: Summary;
  /** After, as a multiple of before. */
  readonly ratio: number;
  readonly verdict: 'better' | 'worse' | 'same';
  /** The two spreads touch: it may be noise. */
  readonly overlaps: boolean;
}

/** What both runs have measured, in the order of the second. */
export function findChanges(before: readonly RowResults[], after: readonly RowResults[]): Change[] {
  const earlier = new Map(before.map((row) => [row.id, row]));
  return after.flatMap((row) =>
    row.contenders.flatMap(({ name, figures }) =>
      Object.entries(row.figures).flatMap(([key, figure]) => {
        const contenders = earlier.get(row.id)?.contenders;
        const old = contenders?.find((each) => each.name === name)?.figures[key];
        const now = figures[key];
        if (old === undefined || now === undefined) return [];
        return [changeOf(`${row.id}: ${name}, ${figure.title}`, figure, old, now)];
      }),
    ),
  );
}

function changeOf(title: string, figure: Figure, before: Summary, after: Summary): Change {
  const ratio = before.median === after.median ? 1 : after.median / before.median;
  const overlaps = before.min <= after.max && after.min <= before.max;
  return { title, figure, before, after, ratio, verdict: judgeRatio(ratio, figure), overlaps };
}

function judgeRatio(ratio: number, { better }: Figure): Change['verdict'] {
  // Exactly 10 % counts, whatever floating point makes of it.
  if (Math.abs(ratio - 1) < markedChange - 1e-9) return 'same';
  return ratio > 1 === (better === 'higher') ? 'better' : 'worse';
}

const marks = { better: '▲ better', worse: '▼ worse', same: '' } as const;

/** As a table, and a last line that counts what is marked. */
export function writeChanges(changes: readonly Change[], before: string, after: string): string {
  const lines = changes.map(
    ({ title, figure, before: old, after: now, ratio, verdict, overlaps }) => [
      title,
      formatFigure(old.median, figure.unit),
      formatFigure(now.median, figure.unit),
      formatChange(ratio),
      verdict !== 'same' && overlaps ? `${marks[verdict]} (spreads overlap)` : marks[verdict],
    ],
  );
  const count = (verdict: Change['verdict']): number =>
    changes.filter((change) => change.verdict === verdict).length;
  const table = alignTable(['figure', before, after, 'change', '10 % or more'], lines);
  const marked = `${count('better')} better, ${count('worse')} worse`;
  return `${table}\n\n${changes.length} figures: ${marked}`;
}
