/**
 * `npm run bench -- --compare A B`: two results files, or two commits that are built and measured
 * in turn by this checkout's benchmark. Prints every figure, and marks changes of 10 % or more.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Options } from './command-line.js';
import { findChanges, writeChanges } from './report/compare.js';
import { type Results, type RowResults, summariseRow } from './report/results.js';
import { loadRows } from './rows.js';
import { conduct } from './run/conduct.js';
import { showProgress } from './run/progress.js';
import { findPythons } from './run/pythons.js';
import { buildCommit } from './run/worktree.js';

/** A file is told from a commit by its ending. */
function isFile(name: string): boolean {
  return name.endsWith('.json');
}

/** Prints the comparison. */
export async function compare(options: Options, before: string, after: string): Promise<void> {
  if (isFile(before) !== isFile(after)) {
    throw new Error('--compare wants two results files or two commits, not one of each');
  }
  const [old, now] = isFile(before)
    ? [readRows(before, options.only), readRows(after, options.only)]
    : await measureCommits(options, before, after);
  const problems = [...problemsOf(old), ...problemsOf(now)].join('\n');
  const changes = findChanges(old, now);
  if (changes.length === 0) throw new Error(`there is no figure in both\n${problems}`.trim());
  console.log(writeChanges(changes, before, after));
  if (problems !== '') console.log(problems);
}

function readRows(file: string, only: string): readonly RowResults[] {
  if (!existsSync(file)) throw new Error(`there is no results file '${file}'`);
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as Results;
  return rows.filter(({ id }) => id.includes(only));
}

async function measureCommits(
  options: Options,
  before: string,
  after: string,
): Promise<[RowResults[], RowResults[]]> {
  const builds = { before: buildCommit(before), after: buildCommit(after) };
  const rows = await loadRows(options.only);
  const plan = { ...options, rows, pythons: findPythons(), builds };
  const measured: RowResults[] = [];
  for await (const { row, contenders } of conduct({
    ...plan,
    onProgress: showProgress(rows.length),
  })) {
    measured.push(summariseRow(row, contenders));
  }
  return [onlyOf(measured, 'before'), onlyOf(measured, 'after')];
}

/** The rows with the contenders of one build, under their own names. */
function onlyOf(rows: readonly RowResults[], build: string): RowResults[] {
  const prefix = `${build}: `;
  return rows.map((row) => ({
    ...row,
    contenders: row.contenders
      .filter(({ name }) => name.startsWith(prefix))
      .map((contender) => ({ ...contender, name: contender.name.slice(prefix.length) })),
  }));
}

function problemsOf(rows: readonly RowResults[]): string[] {
  return rows.flatMap(({ id, contenders }) =>
    contenders.flatMap(({ name, problem }) =>
      problem === undefined ? [] : [`${id}: ${name}: ${problem}`],
    ),
  );
}
