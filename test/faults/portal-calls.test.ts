// Calls of a blocking portal against every kind of death: this thread is blocked meanwhile, so no
// event tells it of anything. A portal is not replaced; the next one works.

import { type BlockingPortal, remoteFunction, remoteModule, startBlockingPortal } from 'threadloop';
import { afterAll, describe, expect, test } from 'vitest';
import { blockUntilRaised, isRaised, newFlag, raise } from '../threads/fixtures/flag.js';
import { thrownBy } from '../thrown-by.js';
import { type Death, deaths, endless, loadFailures, stillborn } from './deaths.js';
import { patients, type Phase } from './kinds.js';
import { keepCell, keepRows } from './table.js';

const dying = remoteModule<typeof import('./fixtures/dying.js')>(
  new URL('./fixtures/dying.ts', import.meta.url),
);
const kind = 'portal call';
const lost = 'LoopDiedError';

/** Within so many milliseconds every call has settled. */
const boundMs = 12_000;

afterAll(() => keepRows('portal-calls'));

function newPortal(): BlockingPortal {
  return startBlockingPortal({
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
}

/** What a call ends with that blocks this thread. */
function outcomeOf(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return (error as Error).name;
  }
}

/** A call that ends well at once, of a portal of its own. */
function next(): string {
  const end = newFlag();
  raise(end);
  using portal = newPortal();
  return portal.call(patients.asyncFunction, newFlag(), end);
}

/** Lets a task begin that ends the portal's thread when it is told to; gives the way to do so. */
function arm(portal: BlockingPortal, { way }: Death): () => void {
  const [started, go] = [newFlag(), newFlag()];
  portal.startTaskSoon(dying.dieOn, way, started, go).catch(() => {});
  blockUntilRaised(started);
  return () => raise(go);
}

function beginCall(portal: BlockingPortal) {
  const started = newFlag();
  const future = portal.startTaskSoon(patients.asyncFunction, started, newFlag());
  future.catch(() => {});
  return { started, end: () => outcomeOf(() => future.result(boundMs)) };
}

interface Course {
  readonly phase: Phase;
  readonly run: (portal: BlockingPortal, death: Death) => string;
}

const courses: readonly Course[] = [
  {
    phase: 'starting',
    run: (portal, { way }) =>
      outcomeOf(() => portal.call(remoteFunction<() => void>(stillborn(way), 'post'))),
  },
  {
    phase: 'queued',
    run: (portal, death) => {
      const fire = arm(portal, death);
      portal.startTaskSoon(remoteFunction<() => void>(endless, 'post')).catch(() => {});
      const { started, end } = beginCall(portal);
      fire();
      const outcome = end();
      expect(isRaised(started)).toBe(false);
      return outcome;
    },
  },
  {
    phase: 'running',
    run: (portal, death) => {
      const fire = arm(portal, death);
      const { started, end } = beginCall(portal);
      blockUntilRaised(started);
      fire();
      return end();
    },
  },
  {
    phase: 'answering',
    run: (portal, { way }) => {
      const outcome = outcomeOf(() => portal.call(dying.answerAndDie, way));
      return outcome === 'well' || outcome === lost ? `its answer, or ${lost}` : outcome;
    },
  },
  {
    phase: 'shutting down',
    run: (portal, death) => {
      const fire = arm(portal, death);
      const { started, end } = beginCall(portal);
      blockUntilRaised(started);
      portal.stop();
      fire();
      return end();
    },
  },
];

function absence({ way }: Death): string | undefined {
  if (way === 'wait') return 'a portal is not restarted: start another';
  if (way === 'spin') return 'no timer of a blocked thread goes off: its grace does not run out';
  return undefined;
}

describe.each(courses)('$phase', ({ phase, run }) => {
  for (const death of deaths) {
    const reason = absence(death);
    if (reason !== undefined) {
      keepCell({ phase, death: death.title, kind, reason });
      continue;
    }
    test(death.title, () => {
      const portal = newPortal();
      const result = run(portal, death);
      expect(result).toBe(phase === 'answering' ? `its answer, or ${lost}` : lost);
      expect(next()).toBe('well');
      // Waits for nobody who is not there any more.
      portal[Symbol.dispose]();
      expect(String(thrownBy(() => portal.call(patients.post, newFlag())))).toMatch(
        /LoopDiedError|This portal is not running/u,
      );
      keepCell({ phase, death: death.title, kind, result });
    });
  }
});

describe('starting, with a module that cannot be loaded', () => {
  for (const { title, url, error } of loadFailures) {
    test(title, () => {
      using portal = newPortal();
      const future = portal.startTaskSoon(remoteFunction<() => void>(url, 'post'));
      const result = outcomeOf(() => future.result(url === endless ? 300 : boundMs));
      expect(result).toBe(error);
      future.cancel();
      const end = newFlag();
      raise(end);
      expect(portal.call(patients.asyncFunction, newFlag(), end)).toBe('well');
      keepCell({ phase: 'starting', death: title, kind, result });
    });
  }
});
