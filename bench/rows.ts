/**
 * All rows, in the order of the tables. A row's id is its file: a new one is a file, and a name
 * here.
 */
import type { Row } from './row.js';

/** Rows that answer one kind of question. */
export interface Family {
  readonly title: string;
  readonly folder: string;
  readonly names: readonly string[];
}

/** The families, in their order. */
export const families: readonly Family[] = [
  {
    title: 'Calls between threads',
    folder: 'calls',
    names: [
      'thousand-callers',
      'two-threads',
      'million-at-once',
      'all-at-once',
      'one-way',
      'round-trip',
      'after-silence',
      'blocking-result',
      'worker-to-worker',
      'stream',
    ],
  },
  {
    title: 'Work that computes',
    folder: 'grain',
    names: ['efficiency', 'speed-up', 'skew', 'many-loops'],
  },
  {
    title: 'One thread: loops, tasks and timers',
    folder: 'loop',
    names: [
      'call-soon-chain',
      'call-soon-at-once',
      'sleep-zero',
      'gather',
      'timer-cancel',
      'timers-fired',
    ],
  },
  {
    title: 'Threads: start, rest, death',
    folder: 'life',
    names: ['start-up', 'memory-per-loop', 'idle-processor', 'recovery'],
  },
  { title: 'Cancelling', folder: 'cancel', names: ['latency', 'check', 'replaced'] },
];

/** Loads the rows whose id contains the text. Peers are not loaded: contenders do that. */
export async function loadRows(pattern = ''): Promise<Row[]> {
  const ids = families.flatMap(({ folder, names }) => names.map((name) => `${folder}/${name}`));
  const files = ids.filter((id) => id.includes(pattern)).map((id) => `./${id}.js`);
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, import.meta.url).href) as Promise<{ row: Row }>),
  );
  return modules.map(({ row }) => row);
}
