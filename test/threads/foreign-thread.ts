// A worker of Node's, as a framework would make one: started and asked by the test, not by us.

import { Worker } from 'node:worker_threads';
import { remoteModule } from 'threadloop';
import { onTestFinished } from 'vitest';

/** What others call there. */
export const guestTasks = remoteModule<GuestTasks>(
  new URL('./fixtures/guest-tasks.js', import.meta.url),
);

/** The module is plain JavaScript: its types stand here. */
interface GuestTasks {
  whereabouts: () => { threadId: number; isRunning: boolean; inTask: boolean };
  nap: <T>(delayMs: number, value: T) => Promise<T>;
  napUntilCancelled: () => Promise<void>;
  cancelCount: () => number;
  note: (word: string) => void;
  noted: () => string[];
  relay: <T>(loop: string, delayMs: number, value: T) => Promise<T>;
  exit: (code: number) => void;
  countTo: (upTo: number) => AsyncGenerator<number, void, undefined>;
  tellThrice: (callback: (word: string) => void) => Promise<void>;
  exposeCounter: () => void;
  ignoreCancel: (endMs: number) => Promise<void>;
  noteOn: (loop: string, word: string) => Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
}

/** Ended when the test ends. */
export class ForeignThread {
  readonly worker: Worker;
  /** Its exit code. */
  readonly exited: Promise<number>;
  #count = 0;

  constructor() {
    this.worker = new Worker(new URL('./fixtures/foreign.js', import.meta.url));
    this.worker.on('error', () => undefined);
    this.exited = new Promise((resolve) => void this.worker.once('exit', resolve));
    onTestFinished(async () => void (await this.worker.terminate()));
  }

  /** Has it do something, and gives the outcome. */
  async ask<T = unknown>(deed: string, ...args: readonly unknown[]): Promise<T> {
    this.#count += 1;
    const id = this.#count;
    this.worker.postMessage({ id, deed, args });
    return new Promise((resolve, reject) => {
      const listen = (answer: Answer): void => {
        if (answer.id !== id) return;
        this.worker.off('message', listen);
        const { error } = answer;
        if (error === undefined) resolve(answer.value as T);
        else reject(Object.assign(new Error(error.message), error));
      };
      this.worker.on('message', listen);
      void this.exited.then(() => reject(new Error(`the thread ended before ${deed} was done`)));
    });
  }

  /** As `ask`, for what fails: its code. */
  async refusal(deed: string, ...args: readonly unknown[]): Promise<string> {
    return this.ask(deed, ...args).then(
      () => 'no error',
      (error: unknown) => (error as { code: string }).code,
    );
  }
}
