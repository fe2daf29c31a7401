/**
 * One thread: what a loop and its tasks cost, beside asyncio and uvloop.
 *
 * Run with `npm run bench:loop`. Contenders take turns, several rounds, each in a process of its
 * own; the table shows medians, so that only ratios between its columns mean something. asyncio
 * and uvloop take part where `python3` has them.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const roundCount = 5;

type Rates = Readonly<Record<string, number>>;

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const contenders: readonly Contender[] = [
  { name: 'threadloop, host', command: process.execPath, args: [here('./loop/threadloop.js')] },
  {
    name: 'threadloop, blocking',
    command: process.execPath,
    args: [here('./loop/threadloop.js'), 'blocking'],
  },
  { name: 'asyncio', command: '/usr/bin/python3', args: [here('./loop/asyncio_rows.py')] },
  { name: 'uvloop', command: '/usr/bin/python3', args: [here('./loop/asyncio_rows.py'), 'uvloop'] },
];

function measure({ command, args }: Contender): Rates | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (JSON.parse(stdout) as Rates) : null;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const rounds = new Map<string, Rates[]>();
for (let round = 0; round < roundCount; round += 1) {
  for (const contender of contenders) {
    const rates = measure(contender);
    if (rates !== null) {
      rounds.set(contender.name, [...(rounds.get(contender.name) ?? []), rates]);
    }
  }
}

const names = [...rounds.keys()];
console.log(`Node ${process.versions.node}, median of ${roundCount} rounds, million a second\n`);
console.log(`| one thread | ${names.join(' | ')} |`);
console.log(`|---|${names.map(() => '---|').join('')}`);
for (const row of Object.keys(rounds.get(names[0] ?? '')?.[0] ?? {})) {
  const cells = names.map((name) => {
    const rates = (rounds.get(name) ?? []).map((each) => each[row] ?? Number.NaN);
    return (median(rates) / 1e6).toFixed(2);
  });
  console.log(`| ${row} | ${cells.join(' | ')} |`);
}
