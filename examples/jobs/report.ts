/**
 * Reads the answers of the `source-facts` job and prints what stands out.
 *
 * Shows how little it takes to use an output file: each line is one JSON object.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { SourceFacts } from './source-facts.js';

interface Answer {
  readonly input: string;
  readonly value?: SourceFacts;
  readonly error?: { readonly name: string; readonly message: string };
}

interface FileFacts extends SourceFacts {
  readonly path: string;
}

/** Rows of each part. */
const ROW_COUNT = 5;

/** A small file may be compressible by chance. */
const MIN_COMPRESSIBLE_BYTES = 1024;

/** Prints the report of an output file. */
export async function printReport(path: string): Promise<void> {
  const files: FileFacts[] = [];
  const failures: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { input, value, error } = JSON.parse(line) as Answer;
    if (value !== undefined) files.push({ path: input, ...value });
    else failures.push(`${input}: ${error?.message}`);
  }
  const bytes = sum(files.map((file) => file.bytes));
  const lines = sum(files.map((file) => file.lines));
  print(`${count(files.length)} files, ${count(lines)} lines, ${megabytes(bytes)}`, []);
  print(
    'largest',
    top(files, (file) => file.bytes).map((file) => [megabytes(file.bytes), file.path]),
  );
  print(
    'most compressible',
    top(
      files.filter((file) => file.bytes >= MIN_COMPRESSIBLE_BYTES),
      (file) => -file.gzipRatio,
    ).map((file) => [`${(file.gzipRatio * 100).toFixed(1)}%`, file.path]),
  );
  printDuplicates(files);
  print('most frequent identifiers', [[topIdentifiers(files).join(', ')]]);
  if (failures.length > 0) {
    const rows = failures.map((failure) => [failure]);
    print(`${failures.length} could not be read`, rows);
  }
}

function printDuplicates(files: readonly FileFacts[]): void {
  const byHash = new Map<string, FileFacts[]>();
  for (const file of files) {
    byHash.set(file.sha256, [...(byHash.get(file.sha256) ?? []), file]);
  }
  const copies = [...byHash.values()].filter(
    ([first, second]) => first && second && first.bytes > 0,
  );
  const waste = (group: readonly FileFacts[]): number => sum(group.slice(1).map((it) => it.bytes));
  const rows = top(copies, waste).map((group) => [
    megabytes(waste(group)),
    `${group.length} times ${group[0]?.path}`,
  ]);
  print(`duplicates, ${megabytes(sum(copies.map(waste)))} in all`, rows);
}

/** Each file has told only its own most frequent ones, so this is close, and not exact. */
function topIdentifiers(files: readonly FileFacts[]): string[] {
  const counts = new Map<string, number>();
  for (const [name, times] of files.flatMap((file) => file.identifiers)) {
    counts.set(name, (counts.get(name) ?? 0) + times);
  }
  return top([...counts], ([, times]) => times, 2 * ROW_COUNT).map(
    ([name, times]) => `${name} ${count(times)}`,
  );
}

function top<T>(items: readonly T[], weight: (item: T) => number, rows = ROW_COUNT): T[] {
  return [...items].sort((a, b) => weight(b) - weight(a)).slice(0, rows);
}

function print(title: string, rows: readonly string[][]): void {
  console.log(`\n${title}`);
  const firstCells = rows.filter((row) => row.length > 1).map(([first = '']) => first);
  const width = Math.max(0, ...firstCells.map((cell) => cell.length));
  for (const [first = '', ...rest] of rows) {
    console.log(`  ${[first.padStart(width), ...rest].join('  ')}`);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
