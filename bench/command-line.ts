/**
 * The options of `npm run bench`: one place that reads and checks them, with messages that say
 * what was wanted. Pure.
 */
import { parseArgs } from 'node:util';

/** What is to be done. */
export interface Options {
  readonly isQuick: boolean;
  /** Rows whose id contains it. */
  readonly only: string;
  readonly roundCount: number;
  /** Two results files, or two commits, of which `.` is this checkout. */
  readonly compare: readonly [before: string, after: string] | null;
  readonly wantsList: boolean;
  readonly wantsHelp: boolean;
  /** Writes the results file, the page and the chart. */
  readonly writes: boolean;
}

/** Printed by `--help`. */
export const help = `npm run bench -- [options]

Measures every row with every contender, and writes bench/results/<machine>.json,
docs/performance.md and docs/performance.svg. Takes about ten minutes.

  --quick          a tenth of everything, with fewer peers, in under a minute; writes
                   nothing but its own results under .cache/bench/
  --only TEXT      rows whose id contains TEXT, such as loop or calls/round-trip; as --quick
                   it writes nothing else
  --rounds N       rounds of each row; default 3 (quick: 1)
  --write          with --quick: writes all files nevertheless
  --list           the rows and their contenders
  --compare A B    what has changed, every row, with a mark at 10 % or more. A and B are two
                   results files, or two commits, which are built and measured in turn;
                   '.' is this checkout. With --quick and --only as above
  --help           this text`;

/** @throws Error that says what is wrong with the options */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { quick: isQuick, only } = values;
  return {
    isQuick,
    only,
    roundCount: readRounds(values.rounds, isQuick ? 1 : 3),
    compare: readPair(values.compare, positionals),
    wantsList: values.list,
    wantsHelp: values.help,
    writes: only === '' && (!isQuick || values.write),
  };
}

function readRounds(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`--rounds wants a whole number, 1 or more, got '${text}'`);
}

function readPair(compares: boolean, given: readonly string[]): Options['compare'] {
  const [before, after, ...more] = given;
  if (!compares) {
    if (before === undefined) return null;
    throw new Error(`'${before}' is no option: rows are chosen with --only ${before}`);
  }
  if (before !== undefined && after !== undefined && more.length === 0) return [before, after];
  throw new Error(`--compare wants two results files or two commits, got ${given.length} names`);
}
