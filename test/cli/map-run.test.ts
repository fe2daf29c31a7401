// The run and its lanes over simulated loops: every input gets its answer, whatever dies.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InputSource, indexedInputs } from '#src/cli/inputs.js';
import { Lane } from '#src/cli/lane.js';
import { MapRun } from '#src/cli/map-run.js';
import { ReorderWindow } from '#src/cli/reorder-window.js';
import { Tally } from '#src/cli/tally.js';
import { seededRandom, SimulatedRunner } from './simulated-runner.js';

interface Answer {
  readonly input: string;
  readonly value?: unknown;
  readonly error?: { readonly name: string };
}

interface Settings {
  readonly seed?: number;
  readonly loopCount?: number;
  readonly slotCount?: number;
  readonly retryCount?: number;
  readonly isFailFast?: boolean;
  readonly source?: InputSource;
}

class Simulation {
  readonly answers: Answer[] = [];
  readonly runners: SimulatedRunner[];
  readonly tally: Tally;
  readonly run: MapRun;
  readonly writer = { isCongested: false };
  readonly #slotCount: number;

  constructor(inputs: readonly string[], settings: Settings = {}) {
    const { seed = 1, loopCount = 2, slotCount = 1 } = settings;
    const random = seededRandom(seed);
    const names = Array.from({ length: loopCount }, (_, index) => `loop-${index + 1}`);
    this.#slotCount = slotCount;
    this.runners = names.map((name) => new SimulatedRunner(name, slotCount, random));
    this.tally = new Tally(names, inputs.length);
    this.run = new MapRun({
      source: settings.source ?? indexedInputs(inputs.length, (index) => inputs[index]),
      tally: this.tally,
      retryCount: settings.retryCount ?? 0,
      isFailFast: settings.isFailFast ?? false,
    });
  }

  async answerAll(): Promise<Answer[]> {
    const options = { slotCount: this.#slotCount, timeoutMs: undefined };
    const lanes = this.runners.map((runner) => new Lane(runner, options, this.run));
    await Promise.all(lanes.map((lane) => lane.start()));
    const order = new ReorderWindow((line) => this.answers.push(JSON.parse(line) as Answer));
    await this.run.run(lanes, { order, writer: this.writer });
    return this.answers;
  }

  beginnings(input: string): number {
    return this.runners.reduce((sum, runner) => sum + (runner.beginnings.get(input) ?? 0), 0);
  }
}

function inputsOf(answers: readonly Answer[]): string[] {
  return answers.map(({ input }) => input);
}

describe('a run', () => {
  test('answers every input once and in order, whatever fails or dies', async () => {
    const kind = fc.constantFrom('ok', 'ok', 'ok', 'ok', 'fail', 'die');
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          kinds: fc.array(kind, { maxLength: 60 }),
          loopCount: fc.integer({ min: 1, max: 3 }),
          slotCount: fc.integer({ min: 1, max: 4 }),
          retryCount: fc.nat({ max: 2 }),
        }),
        async ({ kinds, ...settings }) => {
          const inputs = kinds.map((it, index) => `${it}-${index}`);
          const simulation = new Simulation(inputs, settings);
          const answers = await simulation.answerAll();
          expect(inputsOf(answers)).toEqual(inputs);
          for (const { input, value, error } of answers) {
            if (input.startsWith('ok')) expect(value).toBe(input);
            if (input.startsWith('fail')) expect(error?.name).toBe('Error');
            if (input.startsWith('die')) expect(error?.name).toBe('LoopDiedError');
          }
          for (const runner of simulation.runners) {
            expect(runner.maxRunningCount).toBeLessThanOrEqual(settings.slotCount);
          }
          const failed = kinds.filter((it) => it !== 'ok').length;
          expect(simulation.tally.failedCount).toBe(failed);
          expect(simulation.tally.retryCount).toBe(failed * settings.retryCount);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('begins an input that succeeds once, where no thread dies', async () => {
    const inputs = Array.from({ length: 100 }, (_, index) => `ok-${index}`);
    const simulation = new Simulation(inputs, { loopCount: 3, slotCount: 2, seed: 3 });
    await simulation.answerAll();
    for (const input of inputs) expect(simulation.beginnings(input)).toBe(1);
  });

  test('tries a failed input again as often as it is told', async () => {
    const simulation = new Simulation(['fail', 'ok'], { retryCount: 3 });
    await simulation.answerAll();
    expect(simulation.beginnings('fail')).toBeGreaterThanOrEqual(4);
    expect(simulation.tally.retryCount).toBe(3);
  });

  test('finds the one that kills its thread among several that run', async () => {
    const inputs = ['ok-1', 'ok-2', 'die', 'ok-3', 'ok-4'];
    for (let seed = 0; seed < 30; seed += 1) {
      const simulation = new Simulation(inputs, { loopCount: 1, slotCount: 5, seed });
      const answers = await simulation.answerAll();
      expect(answers.map(({ error }) => error?.name)).toEqual([
        undefined,
        undefined,
        'LoopDiedError',
        undefined,
        undefined,
      ]);
    }
  });

  test('goes on when a thread dies while it does nothing', async () => {
    const source = indexedInputs(20, (index) => `ok-${index}`);
    const simulation = new Simulation([], {
      source: {
        ...source,
        async *batches() {
          for await (const batch of source.batches()) {
            for (const input of batch) {
              // Each input finds idle loops, some of them with a thread that knows nothing yet.
              await new Promise((resolve) => setTimeout(resolve, 2));
              for (const runner of simulation.runners) runner.dieIdle();
              yield [input];
            }
          }
        },
      },
    });
    expect(await simulation.answerAll()).toHaveLength(20);
  });

  test('ends at the first failure when it is told to', async () => {
    const inputs = Array.from(
      { length: 1000 },
      (_, index) => `${index === 5 ? 'fail' : 'ok'}-${index}`,
    );
    const simulation = new Simulation(inputs, { isFailFast: true });
    const answers = await simulation.answerAll();
    expect(inputsOf(answers)).toContain('fail-5');
    expect(answers.length).toBeLessThan(600);
    expect(answers.length).toBe(simulation.tally.answeredCount);
  });

  test('that is stopped answers what runs, takes back the rest, and keeps the order', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const inputs = Array.from({ length: 2000 }, (_, index) => `ok-${index}`);
      const simulation = new Simulation(inputs, { slotCount: 2, seed });
      const ended = simulation.answerAll();
      setTimeout(() => simulation.run.stop(), 3);
      const answered = inputsOf(await ended);
      const places = answered.map((input) => inputs.indexOf(input));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(new Set(answered).size).toBe(answered.length);
      const begun = inputs.filter((input) => simulation.beginnings(input) > 0);
      expect(answered).toEqual(begun);
    }
  });

  test('does not read ahead of a writer that is behind', async () => {
    let given = 0;
    const simulation = new Simulation([], {
      source: indexedInputs(1e9, (index) => {
        given += 1;
        return `ok-${index}`;
      }),
    });
    simulation.writer.isCongested = true;
    const ended = simulation.answerAll();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([given, simulation.answers.length]).toEqual([0, 0]);
    simulation.run.abandon();
    await ended;
  });

  test('answers what was read before an input that cannot be read', async () => {
    const simulation = new Simulation([], {
      source: {
        total: undefined,
        close: () => {},
        async *batches() {
          yield* indexedInputs(3, (index) => `ok-${index}`).batches();
          throw new Error('bad line');
        },
      },
    });
    await expect(simulation.answerAll()).rejects.toThrow('bad line');
    expect(inputsOf(simulation.answers)).toEqual(['ok-0', 'ok-1', 'ok-2']);
  });
});
