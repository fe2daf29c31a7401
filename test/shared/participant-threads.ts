// Threads that take part in what a test shares; all are ended when the test is over.

import { Worker } from 'node:worker_threads';
import type { SharedHandle } from 'threadloop';
import { onTestFinished } from 'vitest';

/** What a thread does; see `fixtures/participant.js`. */
export interface Part {
  readonly role: string;
  readonly handle: SharedHandle;
  readonly memory?: SharedArrayBuffer;
  readonly count?: number;
  readonly way?: string;
  readonly kind?: string;
  readonly index?: number;
}

/** The ways to wait that there are. */
export const ways = [
  'an async function',
  'a coroutine',
  'a blocking loop',
  'a blocking call',
] as const;

/** A thread that plays a part. */
export class ParticipantThread {
  readonly worker: Worker;
  /** Resolves when it has ended, with its exit code. */
  readonly ended: Promise<number>;
  /** What was thrown and ended it. */
  failure: unknown = null;
  readonly #first: Promise<unknown>;

  constructor(part: Part) {
    this.worker = new Worker(new URL('fixtures/participant.js', import.meta.url), {
      workerData: part,
      resourceLimits: { maxOldGenerationSizeMb: 40 },
    });
    this.worker.on('error', (error) => (this.failure = error));
    this.#first = new Promise((resolve, reject) => {
      this.worker.once('message', resolve);
      this.worker.once('exit', () => reject(this.failure ?? new Error('The thread said nothing')));
    });
    // Not all tests listen.
    this.#first.catch(() => undefined);
    this.ended = new Promise((resolve) => this.worker.once('exit', resolve));
    onTestFinished(async () => void (await this.worker.terminate()));
  }

  /** The first thing that it said; throws what ended it before. */
  async said(): Promise<unknown> {
    return await this.#first;
  }

  /** Resolves when it has ended well. */
  async succeeded(): Promise<void> {
    const code = await this.ended;
    if (this.failure !== null) throw this.failure;
    if (code !== 0) throw new Error(`The thread ended with exit code ${code}`);
  }
}
