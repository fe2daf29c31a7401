/**
 * What the run has done so far: the numbers behind the progress display and the summary. Kept on
 * the main thread, updated with each answer.
 */
import type { Outcome } from './outcome.js';

/** What one loop has done. */
export interface LoopTally {
  readonly name: string;
  /** Inputs whose last try ended there. */
  count: number;
  /** Time of all tries, summed. */
  taskMs: number;
}

/** Counts of a run. */
export class Tally {
  /** Inputs that there are, `undefined` where only the end tells. */
  readonly total: number | undefined;
  /** Inputs that an earlier run has answered. */
  skippedCount = 0;
  /** Inputs that this run has answered, with a value or an error. */
  answeredCount = 0;
  /** Those of them that were answered with an error. */
  failedCount = 0;
  /** Further tries of inputs that had failed. */
  retryCount = 0;
  /** The first error, as the user may read it. */
  firstFailure: string | undefined;
  readonly loops: ReadonlyMap<string, LoopTally>;

  /** @param loopNames - in the order in which they are shown */
  constructor(loopNames: readonly string[], total: number | undefined) {
    this.loops = new Map(loopNames.map((name) => [name, { name, count: 0, taskMs: 0 }]));
    this.total = total;
  }

  /** Inputs that need no more work. */
  get doneCount(): number {
    return this.skippedCount + this.answeredCount;
  }

  /** Time that the function took, over all loops and all tries. */
  get taskMs(): number {
    let sumMs = 0;
    for (const loop of this.loops.values()) sumMs += loop.taskMs;
    return sumMs;
  }

  /** Notes a try, whatever came of it. */
  noteTry(outcome: Outcome, loop: string): void {
    const tally = this.loops.get(loop);
    if (tally !== undefined) tally.taskMs += outcome.ms;
  }

  /** Notes the answer to an input. */
  noteAnswer(inputJson: string, outcome: Outcome, loop: string): void {
    this.answeredCount += 1;
    const tally = this.loops.get(loop);
    if (tally !== undefined) tally.count += 1;
    if (!outcome.isError) return;
    this.failedCount += 1;
    this.firstFailure ??= describeFailure(inputJson, outcome);
  }
}

function describeFailure(inputJson: string, outcome: Outcome): string {
  const { name, message } = JSON.parse(outcome.json) as { name: string; message: string };
  const [firstLine = ''] = message.split('\n', 1);
  return `${shorten(inputJson)}: ${name}: ${shorten(firstLine)}`;
}

function shorten(text: string): string {
  const maxChars = 100;
  return text.length > maxChars ? `${text.slice(0, maxChars - 3)}...` : text;
}
