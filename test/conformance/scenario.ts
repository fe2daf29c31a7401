/**
 * One test for each scenario of asyncio and Trio, named by its number, over every kind of loop that
 * it applies to. What ran, and what does not apply and why, becomes the table in
 * `docs/conformance.md` (see `write-table.ts`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { BlockingEventLoop, HostEventLoop } from 'threadloop';
import type { Awaitable, EventLoop, TaskFunction } from 'threadloop';
import { VirtualClock, VirtualEventLoop } from 'threadloop/testing';
import { afterAll, describe, test } from 'vitest';

/** The kinds of loop, each on a clock that jumps: no scenario sleeps. */
const kinds = {
  host: (): EventLoop => new HostEventLoop({ clock: new VirtualClock({ autojump: true }) }),
  virtual: (): EventLoop => new VirtualEventLoop(),
  blocking: (): EventLoop => new BlockingEventLoop({ clock: new VirtualClock() }),
};

export type LoopKind = keyof typeof kinds;

/** What the body of a scenario works with. */
export interface Stage {
  readonly kind: LoopKind;
  /** A fresh loop of this kind; closed when the test ends, unless it is closed already. */
  readonly newLoop: () => EventLoop;
  /** Runs work on a loop of this kind to its end, `newLoop()` unless one is given. */
  readonly run: <T>(work: Awaitable<T> | TaskFunction<T>, loop?: EventLoop) => Promise<T>;
}

/** Options of `scenario`. */
export interface ScenarioOptions {
  /** Kinds of loop that the scenario cannot run on, with the reason for each. */
  readonly notOn?: Partial<Record<LoopKind, string>>;
}

/** A row of the table. */
export interface ScenarioRow {
  readonly id: string;
  readonly title: string;
  /** Kinds of loop on which it ran. */
  readonly ran: string[];
  /** Why it does not run on the others, or at all. */
  readonly reasons: Record<string, string>;
}

const rows = new Map<string, ScenarioRow>();
/** Scenarios times kinds of loop, and how many of them have passed. */
let declaredCount = 0;
let passedCount = 0;

/** The row of a scenario, made on first use. */
export function rowOf(id: string, title: string): ScenarioRow {
  let row = rows.get(id);
  if (row === undefined) rows.set(id, (row = { id, title, ran: [], reasons: {} }));
  return row;
}

/**
 * Declares a scenario: one test for each kind of loop.
 *
 * @param id - as in the list, such as `A-017`; `A-017b` for a second half
 * @param title - a sentence in the present
 */
export function scenario(
  id: string,
  title: string,
  body: (stage: Stage) => unknown,
  { notOn = {} }: ScenarioOptions = {},
): void {
  const row = rowOf(id, title);
  describe(`${id} ${title}`, () => {
    for (const kind of Object.keys(kinds) as LoopKind[]) {
      const reason = notOn[kind];
      if (reason !== undefined) {
        row.reasons[kind] = reason;
        continue;
      }
      declaredCount += 1;
      test(`on a ${kind} loop`, async () => {
        const loops: EventLoop[] = [];
        const newLoop = (): EventLoop => {
          const loop = kinds[kind]();
          loops.push(loop);
          return loop;
        };
        await body({
          kind,
          newLoop,
          run: async <T>(work: Awaitable<T> | TaskFunction<T>, loop = newLoop()) =>
            (await loop.runUntilComplete(work)) as T,
        });
        for (const loop of loops) if (!loop.isRunning()) loop.close();
        row.ran.push(kind);
        passedCount += 1;
      });
    }
  });
}

/** Declares that a scenario does not apply to JavaScript, and why. Never for effort. */
export function doesNotApply(id: string, title: string, reason: string): void {
  rowOf(id, title).reasons['all'] = reason;
}

/** For `write-table.ts`: where the rows of one test file are kept. */
const rowsFolder = '.cache/conformance';

/** To be called once in each file of scenarios. Keeps its rows when all of them have passed. */
export function keepRows(file: string): void {
  afterAll(() => {
    // A run of chosen tests would leave rows without a result.
    if (passedCount < declaredCount) return;
    mkdirSync(rowsFolder, { recursive: true });
    writeFileSync(`${rowsFolder}/${file}.json`, JSON.stringify([...rows.values()]));
  });
}
