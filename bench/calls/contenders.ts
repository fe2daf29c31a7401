/**
 * Who takes part where calls are measured, and what is asked of a library for that.
 *
 * A new peer is one file in peers/ that exports a `Start`, and one line here. The file is loaded in
 * the peer's own process alone, so a package that is missing or broken fails nobody else.
 */
import type { Contender, Figures, Size } from '../row.js';
import type { TaskName } from './tasks.js';

/** Makes a call and gives the answer. */
export type Call = (value: number) => PromiseLike<number>;

/** Starts threads that are ready for calls of one function. */
export type Start = (options: StartOptions) => Call | Promise<Call>;

/** What a row wants of a contender. */
export interface StartOptions {
  readonly threads: number;
  readonly task: TaskName;
  /** So many calls a thread may be given at a time, where a tuned library can be told so. */
  readonly depth: number;
}

interface Entry {
  readonly file: string;
  /** The name of its `Start` in that file. */
  readonly start?: string;
}

/** By the names in the tables. */
const entries = {
  threadloop: { file: './threadloop.js' },
  'Worker + Map': { file: './worker-and-map.js' },
  piscina: { file: './peers/piscina.js' },
  'piscina, tuned': { file: './peers/piscina.js', start: 'startTuned' },
  'tinypool, tuned': { file: './peers/tinypool.js' },
  workerpool: { file: './peers/workerpool.js' },
  comlink: { file: './peers/comlink.js' },
  poolifier: { file: './peers/poolifier.js' },
  threads: { file: './peers/threads.js' },
} satisfies Record<string, Entry>;

/** A contender of the calls. */
export type Name = keyof typeof entries;

/** Libraries whose answer to "call this on another thread" is set against this one. */
export const peers: readonly Name[] = [
  'piscina',
  'piscina, tuned',
  'tinypool, tuned',
  'workerpool',
  'comlink',
  'poolifier',
  'threads',
];

/** Who a quick run leaves out, to end within a minute. */
export const fullOnly: readonly string[] = [
  'asyncio',
  'piscina, tuned',
  'workerpool',
  'poolifier',
  'threads',
];

/** Those of them that share calls out among several threads. */
export const pools: readonly Name[] = peers.filter((name) => name !== 'comlink');

/** Puts the same question to several contenders. */
export function callers(
  names: readonly Name[],
  options: StartOptions,
  measure: (call: Call, size: Size) => Promise<Figures>,
): Record<string, Contender> {
  const contenders = names.map((name): [string, Contender] => [
    name,
    async (size) => measure(await startCaller(name, options), size),
  ]);
  return Object.fromEntries(contenders);
}

/** Starts one of them in this process. */
export async function startCaller(name: Name, options: StartOptions): Promise<Call> {
  const start = await loadStart(name);
  return start(options);
}

/** Loads one of them, for rows in which starting it is under the clock. */
export async function loadStart(name: Name): Promise<Start> {
  const { file, start = 'start' }: Entry = entries[name];
  const url = new URL(file, import.meta.url).href;
  const module = (await import(url)) as Readonly<Record<string, Start>>;
  const begin = module[start];
  if (begin === undefined) throw new Error(`${file} exports no '${start}'`);
  return begin;
}
