/**
 * What a row of the benchmark is: one question, put to several contenders in the same words.
 *
 * A row is a file that exports `row`; its id is its path, such as `calls/round-trip`, and its line
 * in rows.ts puts it into the tables. A contender is measured in a process of its own, so a row
 * holds functions that are called there, and the facts that the tables print.
 */

/** How a figure is counted; `/s` is anything per second, `×` a ratio. */
export type Unit = '/s' | 'ns' | 'µs' | 'ms' | 'bytes' | 'MB' | '×';

/** One question. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** What is waited for. */
  readonly awaited: string;
  /** How many at a time. */
  readonly inFlight: string;
  /** What is inside the clock; start-up and warm-up are not, unless it says so. */
  readonly clock: string;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly contenders: Readonly<Record<string, Contender>>;
  /** Contenders that a quick run leaves out. */
  readonly fullOnly?: readonly string[];
  /** For what is long and hardly varies. */
  readonly maxRoundCount?: number;
}

/** One column of a row's table. */
export interface Figure {
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'higher' | 'lower';
  readonly targets?: readonly Target[];
}

/** What is to be reached. It is reported whether it was; nothing fails. */
export interface Target {
  readonly text: string;
  /** The contender that has to reach it. Default: `threadloop`. */
  readonly of?: string;
  /** Exactly one of the two bounds. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The bound is a multiple of the best of these contenders … */
  readonly timesBestOf?: readonly string[];
  /** … or so much more than the best of these. */
  readonly aboveBestOf?: readonly string[];
}

/** The figures of one measurement, by their names in `Row.figures`. */
export type Figures = Readonly<Record<string, number>>;

/** Who is asked. */
export type Contender = Measure | PythonContender;

/** Runs in the contender's own process: starts, warms up, measures, and checks the answers. */
export type Measure = (size: Size) => Figures | Promise<Figures>;

/** A row of a Python script, called as `script row loop scale`. */
export interface PythonContender {
  readonly python: 'asyncio' | 'uvloop';
  /** Relative to bench/. */
  readonly script: string;
  readonly row: string;
}

/** How much is measured: `--quick` takes a tenth. */
export interface Size {
  readonly isQuick: boolean;
  /** How long something is done over and over before the clock starts: the compiler needs that. */
  readonly warmUpMs: number;
  /** How long it is done over and over then. */
  readonly windowMs: number;
  /** A number of things, made smaller where it has to be quick. */
  readonly count: (full: number) => number;
}

/** Contenders that are this library bear its name. */
export function isSubject(name: string): boolean {
  return name.startsWith('threadloop');
}

/** Both Python loops, on the same row of the same script. */
export function pythonContenders(script: string, row: string): Record<string, PythonContender> {
  return { asyncio: { python: 'asyncio', script, row }, uvloop: { python: 'uvloop', script, row } };
}

/** The size of a run. */
export function sizeOf(isQuick: boolean): Size {
  return {
    isQuick,
    warmUpMs: isQuick ? 80 : 400,
    windowMs: isQuick ? 80 : 500,
    count: (full) => (isQuick ? Math.ceil(full / 10) : full),
  };
}
