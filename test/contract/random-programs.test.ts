// Random programs of callbacks, timers, cancellations, stops and clock moves, run on a real loop
// and on a model of asyncio's `_run_once` that fits on a screen. fast-check prints the seed and the
// smallest program on which they differ.

import fc from 'fast-check';
import { BlockingEventLoop, type EventLoop, type Handle, HostEventLoop } from 'threadloop';
import { VirtualClock, VirtualEventLoop } from 'threadloop/testing';
import { expect, test } from 'vitest';

type Step =
  | { readonly soon: readonly Step[] }
  | { readonly later: number; readonly steps: readonly Step[] }
  | { readonly cancel: number }
  | { readonly advance: number }
  | 'stop';

const { program } = fc.letrec<{ step: Step; steps: Step[]; program: Step[] }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4, depthSize: 'large', withCrossShrink: true },
    fc.constant<Step>('stop'),
    fc.record({ cancel: fc.nat(40) }),
    fc.record({ advance: fc.nat(3) }),
    fc.record({ soon: tie('steps') }),
    fc.record({ soon: tie('steps') }),
    fc.record({ later: fc.integer({ min: -1, max: 6 }), steps: tie('steps') }),
    fc.record({ later: fc.integer({ min: -1, max: 6 }), steps: tie('steps') }),
  ),
  steps: fc.array(tie('step'), { maxLength: 5 }),
  program: fc.array(tie('step'), { minLength: 3, maxLength: 8 }),
}));

/** Later than anything that a program schedules: when it fires, nothing is left. */
const endMs = 1_000_000;

interface Subject {
  readonly log: string[];
  now(): number;
  callSoon(callback: () => void): { cancel(): void };
  callAt(whenMs: number, callback: () => void): { cancel(): void };
  advance(ms: number): void;
  stop(): void;
  run(): Promise<void>;
}

/** Every callback notes which it is and when it ran, then does its steps. */
async function execute(subject: Subject, steps: readonly Step[]): Promise<string[]> {
  const handles: { cancel(): void }[] = [];
  let isAtEnd = false;
  const perform = (todo: readonly Step[]): void => {
    for (const step of todo) {
      if (step === 'stop') subject.stop();
      else if ('cancel' in step) handles[step.cancel % handles.length]?.cancel();
      else if ('advance' in step) subject.advance(step.advance);
      else if ('soon' in step) handles.push(subject.callSoon(note(handles.length, step.soon)));
      else {
        const callback = note(handles.length, step.steps);
        handles.push(subject.callAt(subject.now() + step.later, callback));
      }
    }
  };
  const note = (number: number, todo: readonly Step[]) => (): void => {
    subject.log.push(`#${number} at ${subject.now()}`);
    perform(todo);
  };
  perform(steps);
  subject.callAt(endMs, () => {
    isAtEnd = true;
    subject.stop();
  });
  for (let runs = 1; !isAtEnd; runs += 1) {
    await subject.run();
    subject.log.push(`run ${runs} ended at ${subject.now()}`);
  }
  return subject.log;
}

class Model implements Subject {
  readonly log: string[] = [];
  #nowMs = 0;
  #isStopped = false;
  readonly #ready: { callback: () => void; isCancelled: boolean }[] = [];
  #timers: { whenMs: number; callback: () => void; isCancelled: boolean }[] = [];

  now = (): number => this.#nowMs;
  advance = (ms: number): void => void (this.#nowMs += ms);
  stop = (): void => void (this.#isStopped = true);

  callSoon(callback: () => void): { cancel(): void } {
    const entry = { callback, isCancelled: false };
    this.#ready.push(entry);
    return { cancel: () => (entry.isCancelled = true) };
  }

  callAt(whenMs: number, callback: () => void): { cancel(): void } {
    const entry = { whenMs, callback, isCancelled: false };
    this.#timers.push(entry);
    return { cancel: () => (entry.isCancelled = true) };
  }

  async run(): Promise<void> {
    do {
      this.#timers = this.#timers
        .filter((timer) => !timer.isCancelled)
        .sort((a, b) => a.whenMs - b.whenMs);
      const next = this.#timers[0];
      const isIdle = this.#ready.length === 0 && !this.#isStopped;
      if (isIdle && next !== undefined) this.#nowMs = Math.max(this.#nowMs, next.whenMs);
      this.#ready.push(...this.#timers.filter(({ whenMs }) => whenMs <= this.#nowMs));
      this.#timers = this.#timers.filter(({ whenMs }) => whenMs > this.#nowMs);
      for (const entry of this.#ready.splice(0)) if (!entry.isCancelled) entry.callback();
    } while (!this.#isStopped);
    this.#isStopped = false;
  }
}

class Real implements Subject {
  readonly log: string[] = [];
  readonly #loop: EventLoop;
  readonly advance: (ms: number) => void;

  constructor({ loop, advance }: Mobile) {
    this.#loop = loop;
    this.advance = advance;
  }

  now = (): number => this.#loop.time();
  stop = (): void => this.#loop.stop();
  callSoon = (callback: () => void): Handle => this.#loop.callSoon(callback);
  callAt = (whenMs: number, callback: () => void): Handle => this.#loop.callAt(whenMs, callback);
  run = async (): Promise<void> => void (await this.#loop.runForever());
}

/** A loop, and what moves its time. */
interface Mobile {
  readonly loop: EventLoop;
  readonly advance: (ms: number) => void;
}

const kinds: Record<string, () => Mobile> = {
  'a host loop': () => {
    const clock = new VirtualClock({ autojump: true });
    return { loop: new HostEventLoop({ clock }), advance: (ms) => clock.advance(ms) };
  },
  'a blocking loop': () => {
    const clock = new VirtualClock();
    return { loop: new BlockingEventLoop({ clock }), advance: (ms) => clock.advance(ms) };
  },
  'a virtual loop': () => {
    const loop = new VirtualEventLoop();
    return { loop, advance: (ms) => loop.advance(ms) };
  },
};

test.for(Object.keys(kinds))('%s does what the model does, whatever the program', async (kind) => {
  const create = kinds[kind] as () => Mobile;
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      const real = new Real(create());
      expect(await execute(real, steps)).toEqual(await execute(new Model(), steps));
    }),
    { numRuns: 300 },
  );
});
