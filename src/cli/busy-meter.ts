/**
 * How busy each loop is, now and over the whole run.
 *
 * The coordinator tells the busy share of a thread since it was last asked, so every question has
 * to be counted: the share over the run is the mean of all of them, weighted by time.
 */
import { performance } from 'node:perf_hooks';

/** What the meter asks: `coordinator.stats()`. */
export type UtilizationSource = () => ReadonlyArray<{
  readonly name: string;
  readonly utilization: number;
}>;

/** Busy shares of one loop, from 0 to 1. */
export interface BusyShare {
  readonly name: string;
  /** Since the question before. */
  readonly latest: number;
  /** Since the meter was made. */
  readonly overall: number;
}

/** What a new thread begins with is lost of the old one, so the meter asks often. */
const sampleMs = 200;

/** Asks at intervals, and remembers. Nobody else may ask the same source. */
export class BusyMeter {
  readonly #source: UtilizationSource;
  readonly #nowMs: () => number;
  readonly #busyMs = new Map<string, number>();
  readonly #startedAtMs: number;
  readonly #timer: NodeJS.Timeout;
  #sampledAtMs: number;
  #shares: readonly BusyShare[] = [];

  constructor(source: UtilizationSource, nowMs: () => number = () => performance.now()) {
    this.#source = source;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
    this.#sampledAtMs = this.#startedAtMs;
    source();
    this.#timer = setInterval(() => this.sample(), sampleMs).unref();
  }

  /** As of the last sample. */
  get shares(): readonly BusyShare[] {
    return this.#shares;
  }

  /** Asks how busy each loop is, out of turn. */
  sample(): void {
    const nowMs = this.#nowMs();
    const spanMs = nowMs - this.#sampledAtMs;
    const wholeMs = Math.max(nowMs - this.#startedAtMs, 1);
    this.#sampledAtMs = nowMs;
    this.#shares = this.#source().map(({ name, utilization }) => {
      const busyMs = (this.#busyMs.get(name) ?? 0) + utilization * spanMs;
      this.#busyMs.set(name, busyMs);
      return { name, latest: utilization, overall: Math.min(busyMs / wholeMs, 1) };
    });
  }

  /** Asks a last time, and no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.sample();
  }
}
