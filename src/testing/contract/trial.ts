/**
 * One trial of a loop: what a check of the contract has at hand, and what happens around it.
 *
 * Runs on the thread of the test. A check gets fresh loops and a bounded time; whatever the loop
 * under trial does wrong, the thread is afterwards as it was: nothing runs, and the loop that was
 * set before is set again. A loop that blocks its thread for ever cannot be helped.
 */
import { strict as assert } from 'node:assert';
import type { EventLoop } from '../../loop/event-loop.js';
import type { LoopOptions } from '../../loop/loop-options.js';
import { registry } from '../../loop/registry.js';

/** Makes one loop of the kind that is tried; may leave the options aside. */
export type LoopMaker = (options: LoopOptions) => EventLoop;

/** The checks of one chapter of the contract, by what each of them makes sure of. */
export type Checks = Readonly<Record<string, (trial: Trial) => Promise<void> | void>>;

/** What a check has at hand. */
export class Trial {
  readonly #makeLoop: LoopMaker;
  readonly #limitMs: number;
  readonly #loops: EventLoop[] = [];

  constructor(makeLoop: LoopMaker, limitMs: number) {
    this.#makeLoop = makeLoop;
    this.#limitMs = limitMs;
  }

  /** A fresh loop; closed when the check has ended. */
  loop(options: LoopOptions = {}): EventLoop {
    const loop = this.#makeLoop(options);
    this.#loops.push(loop);
    return loop;
  }

  /** Runs until `stop()`, be the loop one that returns a promise or one that blocks. */
  async runForever(loop: EventLoop): Promise<void> {
    await loop.runForever();
  }

  /** As `runUntilComplete`, be it a promise or a plain value that the loop returns. */
  async runUntilComplete<T>(loop: EventLoop, work: unknown): Promise<T> {
    return (await loop.runUntilComplete(work)) as T;
  }

  /** Runs what is ready now, and nothing that it schedules. */
  async runOneBatch(loop: EventLoop): Promise<void> {
    loop.stop();
    await loop.runForever();
  }

  /** Performs one check. */
  async perform(check: (trial: Trial) => Promise<void> | void): Promise<void> {
    const { running, current, factory, stepping } = registry;
    try {
      await this.#inTime(check);
      assert.equal(registry.running, running, 'a loop still runs at the end of the check');
    } finally {
      for (const loop of this.#loops) tidyAway(loop);
      // What was told to stop ends its run by itself, if it ends at all.
      if (registry.running !== running) await new Promise((resolve) => void setTimeout(resolve, 5));
      Object.assign(registry, { running, current, factory, stepping });
      for (const loop of this.#loops) tidyAway(loop);
    }
  }

  async #inTime(check: (trial: Trial) => Promise<void> | void): Promise<void> {
    const text = `nothing has come of it within ${this.#limitMs} ms`;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new assert.AssertionError({ message: text })), this.#limitMs);
    });
    const checked = (async () => check(this))();
    try {
      await Promise.race([checked, late]);
    } finally {
      clearTimeout(timer);
      // What fails after its time is not asked for any more.
      checked.catch(() => undefined);
    }
  }
}

/** Ends what a loop does; one that failed may be in any state. */
export function tidyAway(loop: EventLoop): void {
  try {
    if (registry.running === loop) loop.stop();
    else loop.close();
  } catch {
    // It was found out already.
  }
}

/** Asserts that a call throws an error of the family with this code. */
export function throwsWith(code: string, call: () => unknown): void {
  let thrown: unknown = null;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  assertCode(thrown, code);
}

/** As `throwsWith`, for what may also reject. */
export async function failsWith(code: string, outcome: Promise<unknown>): Promise<void> {
  const settled = outcome.then(
    () => null,
    (error: unknown) => error,
  );
  assertCode(await settled, code);
}

function assertCode(thrown: unknown, code: string): void {
  const found = (thrown as { code?: unknown } | null)?.code;
  assert.equal(found, code, `expected an error with the code ${code}, got ${String(thrown)}`);
}

/** What is written to the console as errors while something is done, one text per record. */
export async function recordConsole(act: () => Promise<void> | void): Promise<string[]> {
  const records: string[] = [];
  const { error } = console;
  // oxlint-disable-next-line no-console -- it is what the loop under trial writes to
  console.error = (...parts: unknown[]) => void records.push(parts.map(String).join(' '));
  try {
    await act();
  } finally {
    // oxlint-disable-next-line no-console -- given back as it was
    console.error = error;
  }
  return records;
}
