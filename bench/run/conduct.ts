/**
 * The run: for every row several rounds, and in each round every contender once, so that what
 * disturbs the machine for a while disturbs all of them. One process at a time.
 */
import { fileURLToPath } from 'node:url';
import { type Figures, isSubject, type PythonContender, type Row } from '../row.js';
import { type Command, type Outcome, runCommand } from './child-process.js';
import type { Pythons } from './pythons.js';

/** How a run is made. */
export interface Plan {
  readonly rows: readonly Row[];
  readonly roundCount: number;
  readonly isQuick: boolean;
  readonly pythons: Pythons;
  /**
   * Builds of threadloop by name, to be set against each other. Without, everybody takes part, and
   * threadloop is the one of this checkout.
   */
  readonly builds?: Readonly<Record<string, string>>;
  readonly onProgress: (progress: Progress) => void;
  /** How a measurement is made; a test has its own. */
  readonly run?: (command: Command) => Promise<Outcome>;
}

/** What is being measured now. */
export interface Progress {
  readonly row: Row;
  readonly rowNumber: number;
  readonly round: number;
  readonly name: string;
}

/** What was measured of a contender: figures of each round, or why there are none. */
export interface Measured {
  readonly name: string;
  readonly rounds: Figures[];
  problem: string | null;
}

/** A row with all that was measured. */
export interface MeasuredRow {
  readonly row: Row;
  readonly contenders: readonly Measured[];
}

/** What takes so long is broken: nothing here needs a third of it. */
const limitMs = { quick: 20_000, full: 60_000 };

/** Gives each row as soon as it is measured. */
export async function* conduct(plan: Plan): AsyncGenerator<MeasuredRow> {
  const { run = runCommand } = plan;
  for (const [index, row] of plan.rows.entries()) {
    const runners = runnersOf(row, plan);
    const roundCount = Math.min(plan.roundCount, row.maxRoundCount ?? Infinity);
    for (let round = 1; round <= roundCount; round += 1) {
      for (const { measured, command } of runners) {
        // What failed once is not tried again: it would only take time from the others.
        if (command === null || measured.problem !== null) continue;
        plan.onProgress({ row, rowNumber: index + 1, round, name: measured.name });
        record(measured, await run(command));
      }
    }
    yield { row, contenders: runners.map(({ measured }) => measured) };
  }
}

function record(measured: Measured, outcome: Outcome): void {
  if ('problem' in outcome) measured.problem = outcome.problem;
  else measured.rounds.push(outcome.figures);
}

interface Runner {
  readonly measured: Measured;
  readonly command: Command | null;
}

function runnersOf(row: Row, plan: Plan): Runner[] {
  const leftOut = plan.isQuick ? (row.fullOnly ?? []) : [];
  const names = Object.keys(row.contenders).filter((name) => !leftOut.includes(name));
  const { builds } = plan;
  if (builds === undefined) return names.map((name) => runnerOf(row, name, plan));
  return names.filter(isSubject).flatMap((name) =>
    Object.entries(builds).map(([build, root]) => {
      const { measured, command } = runnerOf(row, name, plan);
      const env = { BENCH_SUBJECT: root };
      return {
        measured: { ...measured, name: `${build}: ${name}` },
        command: command && { ...command, env },
      };
    }),
  );
}

function runnerOf(row: Row, name: string, plan: Plan): Runner {
  const contender = row.contenders[name];
  const measured: Measured = { name, rounds: [], problem: null };
  if (typeof contender === 'object') return pythonRunner(measured, contender, plan);
  return { measured, command: nodeCommand(row.id, name, plan.isQuick) };
}

function nodeCommand(id: string, name: string, isQuick: boolean): Command {
  const child = fileURLToPath(new URL('../child.js', import.meta.url));
  return {
    file: process.execPath,
    args: ['--expose-gc', child, id, name, isQuick ? 'quick' : 'full'],
    limitMs: isQuick ? limitMs.quick : limitMs.full,
  };
}

function pythonRunner(
  measured: Measured,
  { python, script, row }: PythonContender,
  { isQuick, pythons }: Plan,
): Runner {
  const found = pythons[python];
  if ('problem' in found) {
    return { measured: { ...measured, problem: found.problem }, command: null };
  }
  // Scripts are not compiled: they stand beside their rows' sources.
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  return {
    measured,
    command: {
      file: found.file,
      args: [path, row, python, isQuick ? '0.1' : '1'],
      limitMs: isQuick ? limitMs.quick : limitMs.full,
    },
  };
}
