// Jobs of an executor against every kind of death: their threads have no loop and no name, and
// hold one job each.

import { PiscinaExecutor, remoteFunction, remoteModule } from 'threadloop';
import { afterAll, describe, expect, test } from 'vitest';
import { newFlag, raise } from '../threads/fixtures/flag.js';
import { type Death, deaths, endless, loadFailures, stillborn } from './deaths.js';
import { until } from './fixtures/until.js';
import { patients, type Phase } from './kinds.js';
import { keepCell, keepRows } from './table.js';

const dying = remoteModule<typeof import('./fixtures/dying.js')>(
  new URL('./fixtures/dying.ts', import.meta.url),
);
const kind = 'executor job';
const lost = 'ThreadDiedError';

/** Within so many milliseconds every job has settled. Mostly new threads start. */
const boundMs = 12_000;

afterAll(() => keepRows('executor-jobs'));

/** One thread, so that there is a queue. */
function newExecutor(): PiscinaExecutor {
  return new PiscinaExecutor({
    maxThreads: 1,
    graceMs: 30,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
}

async function outcomeOf(job: PromiseLike<unknown>): Promise<string> {
  const late = new Promise((resolve) => void setTimeout(resolve, boundMs, 'HANGS').unref());
  try {
    return String(await Promise.race([job, late]));
  } catch (error) {
    return (error as Error).name;
  }
}

/** A job that ends well at once. */
async function next(executor: PiscinaExecutor): Promise<string> {
  const end = newFlag();
  raise(end);
  return outcomeOf(executor.submit(patients.asyncFunction, [newFlag(), end]));
}

/** Lets a job begin that dies when it is told to, with the way to do that. */
function beginToDie(executor: PiscinaExecutor, { way }: Death) {
  const [started, go, controller] = [newFlag(), newFlag(), new AbortController()];
  const { signal } = controller;
  const job = outcomeOf(executor.submit(dying.dieOn, [way, started, go], { signal }));
  const fire = async (): Promise<void> => {
    await until(started);
    raise(go);
    // A loop without end is ended by a cancel, and the grace behind it.
    if (way === 'spin') setTimeout(() => controller.abort(), 20);
  };
  return { job, fire };
}

interface Course {
  readonly phase: Phase;
  readonly run: (executor: PiscinaExecutor, death: Death) => Promise<string>;
  /** What it ends with, where that is not `ThreadDiedError`, or a cancel of the endless loop. */
  readonly expected?: string;
}

const courses: readonly Course[] = [
  {
    phase: 'starting',
    run: async (executor, { way }) => {
      const signal = way === 'spin' ? AbortSignal.timeout(500) : new AbortController().signal;
      return outcomeOf(executor.submit(remoteFunction(stillborn(way), 'post'), [], { signal }));
    },
  },
  {
    phase: 'queued',
    run: async (executor, death) => {
      const { job, fire } = beginToDie(executor, death);
      const queued = next(executor);
      await fire();
      await job;
      return queued;
    },
    expected: 'well',
  },
  {
    phase: 'running',
    run: async (executor, death) => {
      const { job, fire } = beginToDie(executor, death);
      await fire();
      return job;
    },
  },
  {
    phase: 'answering',
    run: async (executor, { way }) => {
      const outcome = await outcomeOf(executor.submit(dying.answerAndDie, [way]));
      return outcome === 'well' || outcome === lost ? `its answer, or ${lost}` : outcome;
    },
    expected: `its answer, or ${lost}`,
  },
  {
    phase: 'shutting down',
    run: async (executor, death) => {
      const { job, fire } = beginToDie(executor, death);
      const closing = executor.shutdown({ timeoutMs: boundMs });
      await fire();
      const outcome = await job;
      await closing;
      return outcome;
    },
  },
];

function absence(phase: Phase, { way }: Death): string | undefined {
  if (way === 'wait') return 'nobody restarts a thread that has no name';
  if (phase === 'answering' && way === 'spin') return 'the job has ended: it has no grace any more';
  return undefined;
}

describe.each(courses)('$phase', ({ phase, run, expected }) => {
  for (const death of deaths) {
    const reason = absence(phase, death);
    if (reason !== undefined) {
      keepCell({ phase, death: death.title, kind, reason });
      continue;
    }
    test.concurrent(death.title, async () => {
      const executor = newExecutor();
      const result = await run(executor, death);
      expect(result).toBe(expected ?? (death.way === 'spin' ? 'CancelledError' : lost));
      if (phase === 'shutting down') {
        await expect(next(executor)).rejects.toThrow('cannot schedule new futures after shutdown');
      } else {
        // The death may come behind the answer, and take the next one along.
        for (let count = 0; phase === 'answering' && count < 3; count += 1) await next(executor);
        expect(await next(executor)).toBe('well');
      }
      expect(await executor.shutdown({ timeoutMs: boundMs })).not.toBe(false);
      const shown = result === 'well' ? 'its answer, from the next thread' : result;
      keepCell({ phase, death: death.title, kind, result: shown });
    });
  }
});

describe('starting, with a module that cannot be loaded', () => {
  for (const { title, url, error } of loadFailures) {
    test.concurrent(title, async () => {
      const executor = newExecutor();
      const isEndless = url === endless;
      const signal = isEndless ? AbortSignal.timeout(500) : new AbortController().signal;
      const job = executor.submit(remoteFunction(url, 'post'), [], { signal });
      const result = await outcomeOf(job);
      expect(result).toBe(isEndless ? 'CancelledError' : error);
      expect(await next(executor)).toBe('well');
      expect(await executor.shutdown({ timeoutMs: boundMs })).not.toBe(false);
      keepCell({ phase: 'starting', death: title, kind, result });
    });
  }
});
