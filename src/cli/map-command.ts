/**
 * `threadloop map`: from checked options to an exit code.
 *
 * The order of steps matters. All that can be wrong with the usage is found before the first input
 * runs and before the output file is touched; and whatever happens, the answers that there are get
 * written, the threads end, and the terminal is left in order.
 */
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import { Coordinator } from '../coordinator/coordinator.js';
import { LoopDiedError } from '../errors.js';
import { AnswerWriter } from './answer-writer.js';
import { withoutAnswered } from './answered-inputs.js';
import type { EarlierRun } from './answered-inputs.js';
import { BusyMeter } from './busy-meter.js';
import { exitBrokenPipe, exitOk, exitSomeFailed, exitWrongUsage } from './exit-codes.js';
import type { InputSource } from './inputs.js';
import { Interrupts } from './interrupts.js';
import { Lane } from './lane.js';
import { asLoadError } from './load-error.js';
import { shareSlots } from './map-options.js';
import type { InputChoice, MapOptions } from './map-options.js';
import { MapRun } from './map-run.js';
import { openInputs } from './open-inputs.js';
import { openOutFile, readEarlierRun } from './out-file.js';
import { canShowProgress, ProgressDisplay } from './progress.js';
import { ReorderWindow, unordered } from './reorder-window.js';
import { remoteRunner } from './runner.js';
import { say } from './say.js';
import { summaryLines } from './summary.js';
import { systemReason } from './system-error.js';
import { Tally } from './tally.js';
import { parseTarget } from './target.js';
import type { Target } from './target.js';
import { UsageError } from './usage-error.js';

/** Time that threads get to end by themselves, for what they still print. A guess. */
const exitGraceMs = 500;

/**
 * Runs the command.
 *
 * @returns its exit code
 * @throws UsageError when it was called wrongly; nothing has run then
 */
export async function runMap(options: MapOptions): Promise<number> {
  const { isResumed, outPath } = options;
  const target = await parseTarget(options.module);
  const earlier = isResumed && outPath !== undefined ? await readEarlierRun(outPath) : undefined;
  const source = await openInputs(options.inputs, outPath);
  const answeredCount = earlier?.answered.count ?? 0;
  const openCount = source.total === undefined ? undefined : source.total - answeredCount;
  const slotCounts = shareSlots(options, openCount);
  // Who throws in a timer may wait for it for ever: the thread's death gives the input an outcome.
  const loops = slotCounts.length;
  const coordinator = await Coordinator.start({ loops, lateErrors: 'die' });
  let mode: 'drain' | 'terminate' = 'terminate';
  try {
    const command = new MapCommand({ options, target, earlier, source, slotCounts, coordinator });
    const exitCode = await command.run();
    // What tasks have printed, and what they do on exit, is still to come.
    if (command.isIdle) mode = 'drain';
    return exitCode;
  } finally {
    source.close();
    await coordinator.shutdown({ mode, timeoutMs: exitGraceMs });
  }
}

interface MapParts {
  readonly options: MapOptions;
  readonly target: Target;
  readonly earlier: EarlierRun | undefined;
  readonly source: InputSource;
  readonly slotCounts: readonly number[];
  readonly coordinator: Coordinator;
}

class MapCommand {
  readonly #parts: MapParts;
  readonly #tally: Tally;
  readonly #meter: BusyMeter;
  readonly #run: MapRun;
  #display: ProgressDisplay | undefined;
  #writeError: NodeJS.ErrnoException | undefined;

  constructor(parts: MapParts) {
    const { coordinator, earlier, source, options } = parts;
    const loopNames = coordinator.loops.map(({ name }) => name);
    this.#parts = parts;
    this.#tally = new Tally(loopNames, source.total);
    this.#meter = new BusyMeter(() => coordinator.stats().loops);
    this.#run = new MapRun({
      source: earlier === undefined ? source : this.#withoutAnswered(source, earlier),
      tally: this.#tally,
      retryCount: options.retryCount,
      isFailFast: options.isFailFast,
    });
  }

  /** Whether the run has come to its end with nothing under way. */
  get isIdle(): boolean {
    return this.#run.isIdle;
  }

  async run(): Promise<number> {
    const interrupts = new Interrupts({
      onFirst: () => this.#onFirstInterrupt(),
      onSecond: (exitCode) => this.#onSecondInterrupt(exitCode),
    });
    try {
      const lanes = await this.#startLanes();
      // Asked to end before anything began: then the output file stays as it is, too.
      if (interrupts.exitCode !== undefined) return interrupts.exitCode;
      const exitCode = await this.#answerAll(lanes, await this.#openOutput());
      return interrupts.exitCode ?? exitCode;
    } finally {
      interrupts.dispose();
    }
  }

  async #startLanes(): Promise<Lane[]> {
    const { coordinator, target, slotCounts, options } = this.#parts;
    const { timeoutMs } = options;
    const lanes = coordinator.loops.map((loop, index) => {
      const slotCount = slotCounts[index] ?? 1;
      const runner = remoteRunner(coordinator, loop, target, slotCount);
      return new Lane(runner, { slotCount, timeoutMs }, this.#run);
    });
    try {
      await Promise.all(lanes.map((lane) => lane.start()));
    } catch (error) {
      throw asLoadError(error, target);
    }
    return lanes;
  }

  async #openOutput(): Promise<Writable> {
    const { options, earlier } = this.#parts;
    return options.outPath === undefined ? process.stdout : openOutFile(options.outPath, earlier);
  }

  async #answerAll(lanes: readonly Lane[], stream: Writable): Promise<number> {
    const { options } = this.#parts;
    const startedAtMs = performance.now();
    const writer = new AnswerWriter(stream, {
      onDrain: () => this.#run.onRoom(),
      onError: (error) => this.#onWriteError(error),
    });
    const emit = (line: string): void => writer.write(line);
    const order = options.isOrdered ? new ReorderWindow(emit) : unordered(emit);
    this.#startDisplay();
    let runError: UsageError | LoopDiedError | undefined;
    try {
      await this.#run.run(lanes, { order, writer });
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof LoopDiedError)) throw error;
      runError = error;
    } finally {
      await writer.end();
      this.#display?.stop();
      this.#meter.stop();
    }
    if (!options.isQuiet && this.#writeError?.code !== 'EPIPE') {
      this.#printSummary(performance.now() - startedAtMs);
    }
    return this.#conclude(runError);
  }

  #conclude(runError: UsageError | LoopDiedError | undefined): number {
    if (this.#writeError?.code === 'EPIPE') return exitBrokenPipe;
    if (this.#writeError !== undefined) {
      const name = this.#parts.options.outPath ?? 'standard output';
      say(`cannot write '${name}': ${systemReason(this.#writeError)}; the run ended early`);
      return exitSomeFailed;
    }
    if (runError instanceof LoopDiedError) {
      const { loop, reason } = runError;
      say(`'${loop}' keeps dying while it has nothing to do (${reason}); the run ended early`);
      return exitSomeFailed;
    }
    if (runError !== undefined) {
      say(runError.message);
      return exitWrongUsage;
    }
    // A resumed run speaks for the whole file.
    const failedCount = this.#tally.failedCount + (this.#parts.earlier?.failedCount ?? 0);
    return failedCount > 0 ? exitSomeFailed : exitOk;
  }

  #withoutAnswered(source: InputSource, { answered }: EarlierRun): InputSource {
    return withoutAnswered(source, answered, (count) => {
      this.#tally.skippedCount += count;
    });
  }

  #startDisplay(): void {
    const { options } = this.#parts;
    if (options.isQuiet) return;
    const isTyped = isStandardInput(options.inputs) && process.stdin.isTTY;
    if (isTyped) say('reading inputs from the terminal, one a line; Ctrl-D ends them');
    // Inputs and answers on the same terminal show by themselves how far things are.
    const isTerminalTaken = isTyped || (options.outPath === undefined && process.stdout.isTTY);
    if (isTerminalTaken || !canShowProgress(process.stderr)) return;
    this.#display = new ProgressDisplay(process.stderr, this.#tally, this.#meter);
  }

  #printSummary(wallMs: number): void {
    // After a whole run, what is left belongs to other inputs.
    const isWhole = this.#tally.doneCount === this.#tally.total;
    const strayCount = isWhole ? (this.#parts.earlier?.answered.count ?? 0) : 0;
    const facts = { tally: this.#tally, wallMs, busy: this.#meter.shares, strayCount };
    for (const line of summaryLines(facts)) process.stderr.write(`${line}\n`);
  }

  #onWriteError(error: NodeJS.ErrnoException): void {
    this.#writeError = error;
    this.#run.abandon();
  }

  #onFirstInterrupt(): void {
    say('stopping: what runs is finished, nothing new begins; press Ctrl-C again to end at once');
    this.#run.stop();
  }

  #onSecondInterrupt(exitCode: number): void {
    this.#display?.stop();
    process.exit(exitCode);
  }
}

function isStandardInput(inputs: InputChoice): boolean {
  return inputs.kind === 'lines' && inputs.path === '-';
}
