/**
 * The tables of docs/performance.md, as Markdown: targets first, then every row with what it
 * awaits, how many are in flight and what is inside the clock. Pure.
 */
import { type Figure, isSubject } from '../row.js';
import { formatFigure, formatSpread } from './format.js';
import type { ContenderResults, Results, RowResults } from './results.js';
import { judge, type Verdict } from './targets.js';

/** A family's title and which rows belong to it. */
export interface Section {
  readonly title: string;
  readonly rows: readonly RowResults[];
}

/** Everything that stands between the markers. */
export function writeTables(results: Results, sections: readonly Section[]): string {
  const parts = [describeRun(results), '## Targets', writeTargets(results.rows)];
  for (const { title, rows } of sections) {
    if (rows.length === 0) continue;
    parts.push(`## ${title}`, ...rows.map(writeRow));
  }
  return parts.join('\n\n');
}

function describeRun({ machine, python, commit, date, mode, roundCount }: Results): string {
  const { cores, cpu, memoryGB, platform, node } = machine;
  const where = `${cores} cores of ${cpu}, ${memoryGB} GB, ${platform}, Node ${node}`;
  const quick = mode === 'quick' ? ' **A quick run: not to be quoted.**' : '';
  const rounds = roundCount === 1 ? '1 round' : `${roundCount} rounds`;
  return `${where}, ${python}. Commit \`${commit}\`, ${date.slice(0, 10)}, ${rounds}.${quick}`;
}

/** Every target of every row: what was aimed at, what this run reached, whether that is enough. */
export function writeTargets(rows: readonly RowResults[]): string {
  const lines = rows.flatMap((row) =>
    Object.entries(row.figures).flatMap(([key, figure]) =>
      judge(row, key).map((verdict) => [
        `${row.title}: ${figure.title}`,
        verdict.target.text,
        formatReached(verdict, figure),
        { true: 'yes', false: '**no**', null: 'open' }[`${verdict.isMet}`],
      ]),
    ),
  );
  return alignTable(['row', 'target', 'this run', 'met'], lines);
}

function formatReached({ target, reached }: Verdict, { unit }: Figure): string {
  if (reached === null) return '–';
  if (target.timesBestOf !== undefined) return `${formatFigure(reached, '×')} ×`;
  return formatFigure(reached, unit);
}

/** One row with its facts and all its contenders. */
export function writeRow(row: RowResults): string {
  const figures = Object.entries(row.figures);
  const header = figures.map(([, { title, better }]) => `${title} ${arrows[better]}`);
  const lines = row.contenders.map((contender) => [
    isSubject(contender.name) ? `**${contender.name}**` : contender.name,
    ...figures.map(([key, figure]) => formatCell(contender, key, figure, figures.length)),
  ]);
  const notes = row.contenders.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`- ${name}: ${problem}`],
  );
  const facts =
    `Awaited: ${row.awaited}. In flight: ${row.inFlight}. Inside the clock: ${row.clock}. ` +
    `(\`${row.id}\`)`;
  const parts = [`### ${row.title}`, facts, alignTable(['', ...header], lines)];
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}

const arrows = { higher: '↑', lower: '↓' } as const;

/** With many columns there is no room for the spread; the results file has it. */
const maxSpreadColumns = 3;

function formatCell(
  { figures }: ContenderResults,
  key: string,
  { unit }: Figure,
  columnCount: number,
): string {
  const summary = figures[key];
  if (summary === undefined) return '–';
  if (columnCount > maxSpreadColumns) return formatFigure(summary.median, unit);
  return formatSpread(summary, unit);
}

/** A Markdown table whose columns also line up as plain text. */
export function alignTable(
  header: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const all = [header, ...lines];
  const widths = header.map((_, column) =>
    Math.max(3, ...all.map((line) => line[column]?.length ?? 0)),
  );
  const write = (line: readonly string[]): string =>
    `| ${widths.map((width, column) => (line[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [write(header), rule, ...lines.map(write)].join('\n');
}
