/**
 * docs/performance.svg: the rows that say most, as bars, readable on light and on dark pages.
 * Plain SVG text without a library: six panels of bars are less than one's configuration. Pure.
 */
import { isSubject } from '../row.js';
import { formatFigure } from './format.js';
import type { Results, RowResults } from './results.js';

/** One panel: a figure of a row, and who is shown. */
interface Panel {
  readonly id: string;
  readonly figure: string;
  readonly title: string;
}

const panels: readonly Panel[] = [
  { id: 'calls/thousand-callers', figure: 'rate', title: 'Calls to one thread, 1 000 callers' },
  { id: 'calls/round-trip', figure: 'p50', title: 'Round trip of one call, median' },
  { id: 'grain/efficiency', figure: 'metg', title: 'Smallest task that half fills two cores' },
  { id: 'life/start-up', figure: 'eight', title: 'Start of 8 threads' },
  {
    id: 'loop/call-soon-chain',
    figure: 'rate',
    title: 'Callbacks on one thread, one after another',
  },
  { id: 'loop/gather', figure: 'rate', title: '200 000 empty tasks, gathered' },
];

const layout = {
  width: 960,
  margin: 24,
  columns: 2,
  columnGap: 32,
  rowGap: 28,
  headHeight: 50,
  barHeight: 14,
  barStep: 22,
  labelWidth: 196,
  valueWidth: 78,
  maxBars: 7,
} as const;

const columnWidth =
  (layout.width - 2 * layout.margin - (layout.columns - 1) * layout.columnGap) / layout.columns;
const barWidth = columnWidth - layout.labelWidth - layout.valueWidth;

const style = `
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
    .page { fill: #ffffff; } .ink { fill: #1f2328; } .soft { fill: #59636e; font-size: 12px; }
    .title { fill: #1f2328; font-weight: 600; font-size: 14px; }
    .ours { fill: #2f6feb; } .other { fill: #c4ccd4; } .own { font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; } .ink, .title { fill: #e6edf3; } .soft { fill: #9198a1; }
      .ours { fill: #4c8dff; } .other { fill: #4a525c; }
    }`;

interface Bar {
  readonly name: string;
  readonly value: number;
}

function isOurs({ name }: Bar): boolean {
  return isSubject(name);
}

/** The whole picture; panels whose row was not measured are left out. */
export function drawChart(results: Results): string {
  const drawn = panels.flatMap((panel) => {
    const row = results.rows.find(({ id }) => id === panel.id);
    const bars = row === undefined ? [] : barsOf(row, panel.figure);
    return row === undefined || bars.length === 0 ? [] : [{ panel, row, bars }];
  });
  const parts: string[] = [];
  let y: number = layout.margin;
  for (let index = 0; index < drawn.length; index += layout.columns) {
    const line = drawn.slice(index, index + layout.columns);
    line.forEach(({ panel, row, bars }, column) => {
      const x = layout.margin + column * (columnWidth + layout.columnGap);
      parts.push(drawPanel(panel, row, bars, x, y));
    });
    const barCount = Math.max(...line.map(({ bars }) => bars.length));
    y += layout.headHeight + barCount * layout.barStep + layout.rowGap;
  }
  const { machine, mode } = results;
  const note = `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}`;
  const caption = mode === 'quick' ? `${note}: a quick run` : `${note}: medians of one run`;
  parts.push(textAt(layout.margin, y, 'soft', caption));
  return wrap(parts, y + layout.margin);
}

function wrap(parts: readonly string[], height: number): string {
  const { width } = layout;
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="name">`,
    '  <title id="name">The main figures of docs/performance.md as bars</title>',
    `  <style>${style}\n  </style>`,
    `  <rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function textAt(x: number, y: number, name: string, text: string, anchor = 'start'): string {
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `  <text class="${name}" x="${x}" y="${y}"${place}>${escape(text)}</text>`;
}

/** Best first, and no more than there is room for; of those who do badly only ours must be seen. */
function barsOf(row: RowResults, key: string): Bar[] {
  const { better } = row.figures[key] ?? { better: 'higher' };
  const bars = row.contenders.flatMap(({ name, figures }) => {
    const summary = figures[key];
    return summary === undefined ? [] : [{ name, value: summary.median }];
  });
  bars.sort((a, b) => (better === 'higher' ? b.value - a.value : a.value - b.value));
  const roomForOthers = layout.maxBars - bars.filter(isOurs).length;
  const others = bars.filter((bar) => !isOurs(bar)).slice(0, roomForOthers);
  return bars.filter((bar) => isOurs(bar) || others.includes(bar));
}

function drawPanel(
  panel: Panel,
  row: RowResults,
  bars: readonly Bar[],
  x: number,
  y: number,
): string {
  const figure = row.figures[panel.figure];
  if (figure === undefined) return '';
  const longest = Math.max(...bars.map(({ value }) => value));
  const direction = figure.better === 'higher' ? 'more is better' : 'less is better';
  const lines = [textAt(x, y + 12, 'title', panel.title), textAt(x, y + 30, 'soft', direction)];
  bars.forEach((bar, index) => {
    const { name, value } = bar;
    const top = y + layout.headHeight - 4 + index * layout.barStep;
    const base = top + layout.barHeight - 3;
    const length = Math.max(2, Math.round((value / longest) * barWidth));
    const start = x + layout.labelWidth;
    const weight = isOurs(bar) ? ' own' : '';
    const color = isOurs(bar) ? 'ours' : 'other';
    const size = `width="${length}" height="${layout.barHeight}" rx="2"`;
    lines.push(
      textAt(start - 8, base, `ink${weight}`, name, 'end'),
      `  <rect class="${color}" x="${start}" y="${top}" ${size}/>`,
      textAt(start + length + 6, base, `ink${weight}`, formatFigure(value, figure.unit)),
    );
  });
  return lines.join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('`', '');
}
