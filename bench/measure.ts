/**
 * `npm run bench` itself: measures all rows, prints each as soon as it is measured, and writes what
 * is to be kept.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from './command-line.js';
import { drawChart } from './report/chart.js';
import { replaceBetweenMarkers } from './report/markers.js';
import { type Results, type RowResults, summariseRow } from './report/results.js';
import { writeRow, writeTables, writeTargets } from './report/table.js';
import { families, loadRows } from './rows.js';
import { conduct } from './run/conduct.js';
import { thisMachine } from './run/machine.js';
import { showProgress } from './run/progress.js';
import { findPythons, type Pythons } from './run/pythons.js';
import { describeCheckout, root } from './run/worktree.js';

/** Where runs go that are not to be kept. */
const scratch = join(root, '.cache/bench');

/** Measures, prints and writes. */
export async function measure(options: Options): Promise<void> {
  const { isQuick, only, roundCount } = options;
  const startMs = performance.now();
  const pythons = findPythons();
  const rows = await loadRows(only);
  if (rows.length === 0) throw new Error(`no row's id contains '${only}': see --list`);
  const onProgress = showProgress(rows.length);
  const measured: RowResults[] = [];
  for await (const { row, contenders } of conduct({ ...options, rows, pythons, onProgress })) {
    const summary = summariseRow(row, contenders);
    measured.push(summary);
    console.log(`\n${writeRow(summary)}`);
  }
  const results: Results = {
    machine: thisMachine(),
    python: describePython(pythons),
    commit: describeCheckout(),
    date: new Date().toISOString(),
    mode: isQuick ? 'quick' : 'full',
    roundCount,
    durationS: Math.round((performance.now() - startMs) / 1_000),
    rows: measured,
  };
  console.log(`\n## Targets\n\n${writeTargets(measured)}`);
  for (const file of keep(results, options.writes)) console.log(`\nwritten: ${file}`);
  console.log(`\n${results.durationS} s`);
}

function describePython({ asyncio, uvloop }: Pythons): string {
  const names = [
    'file' in asyncio ? `Python ${asyncio.version}` : asyncio.problem,
    'file' in uvloop ? `uvloop ${uvloop.version}` : uvloop.problem,
  ];
  return [...new Set(names)].join(', ');
}

function keep(results: Results, writesAll: boolean): string[] {
  const folder = writesAll ? join(root, 'bench/results') : scratch;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.machine.name}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  if (!writesAll) return [file];
  const page = join(root, 'docs/performance.md');
  const chart = join(root, 'docs/performance.svg');
  const sections = families.map(({ title, folder: family }) => ({
    title,
    rows: results.rows.filter(({ id }) => id.startsWith(`${family}/`)),
  }));
  const tables = writeTables(results, sections);
  writeFileSync(page, replaceBetweenMarkers(readFileSync(page, 'utf8'), tables));
  writeFileSync(chart, drawChart(results));
  return [file, page, chart];
}
