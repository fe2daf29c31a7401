// Every kind of call against every kind of death in every phase: it settles within a bound, with
// the right error; the next call works; nothing is left. What was seen becomes `docs/faults.md`.

import { type LoopDiedError, remoteFunction } from 'threadloop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { type Death, deaths, endless, loadFailures, stillborn } from './deaths.js';
import { until } from './fixtures/until.js';
import { type Call, type Kind, kinds, patients, type Phase, type Ward } from './kinds.js';
import { keepCell, keepRows } from './table.js';
import { closeWards, inWard, openWard, openWards } from './wards.js';

/** Within so many milliseconds every call has settled, whatever dies. Mostly new threads start. */
const boundMs = 12_000;

const patientsUrl = patients.asyncFunction.url;

beforeAll(openWards);
afterAll(async () => {
  await closeWards();
  keepRows('matrix');
});

/** A call that was made, with what it ends with as a word. */
interface Made extends Call {
  readonly kind: Kind;
  readonly outcome: Promise<{ readonly word: string; readonly error?: unknown }>;
}

function make(ward: Ward, kind: Kind, options: Partial<Call> = {}): Made {
  const call: Call = {
    url: patientsUrl,
    options: {},
    started: newFlag(),
    end: newFlag(),
    ...options,
  };
  const outcome = Promise.race([settled(() => kind.make(ward, call)), late()]);
  return { ...call, kind, outcome };
}

async function settled(call: () => PromiseLike<unknown>) {
  try {
    return { word: String(await call()) };
  } catch (error) {
    return { word: (error as Error).name, error };
  }
}

async function late() {
  await new Promise((resolve) => void setTimeout(resolve, boundMs).unref());
  return { word: 'HANGS' };
}

/** Each call fails with what it should, and says why. */
async function expectOutcomes(
  made: readonly Made[],
  allowed: (kind: Kind) => string[],
  why: string,
) {
  const words = new Map<Kind, string>();
  for (const { kind, outcome } of made) {
    const { word, error } = await outcome;
    expect(allowed(kind).map((each) => `${kind.title}: ${each}`)).toContain(
      `${kind.title}: ${word}`,
    );
    if (word === 'LoopDiedError' && error !== undefined) {
      expect((error as LoopDiedError).reason).toContain(why);
    }
    words.set(kind, word);
  }
  return words;
}

/** Calls of all kinds end well, and none is left in the books. */
async function expectWell(ward: Ward, cells: readonly Kind[]): Promise<void> {
  for (const kind of cells) {
    const end = newFlag();
    raise(end);
    const { word } = await make(ward, kind, { end }).outcome;
    expect(`next ${kind.title}: ${word}`).toMatch(/: (well|nobody waits)$/u);
  }
  await eventually(() => ward.coordinator.stats().pendingCount === 0);
}

/** What a phase does between the making of the calls and the death. */
interface Course {
  readonly phase: Phase;
  /** Brings the calls to where they are to stand. */
  readonly make: (ward: Ward, death: Death, cells: readonly Kind[]) => Promise<Made[]>;
  /** What else a call may end with. */
  readonly alsoAllowed: (kind: Kind) => string[];
}

const running = async (ward: Ward, _death: Death, cells: readonly Kind[]): Promise<Made[]> => {
  const made = cells.map((kind) => make(ward, kind));
  for (const { started, kind } of made) await until(started, kind.title);
  return made;
};

const courses: readonly Course[] = [
  {
    phase: 'starting',
    make: async (ward, { way }, cells) => {
      const url = stillborn(way);
      // A loop without end is ended by the grace behind the end of its callers' patience.
      const options = way === 'spin' ? { queueTimeoutMs: 1_000, graceMs: 30 } : {};
      return cells.map((kind) => make(ward, kind, { url, options }));
    },
    alsoAllowed: () => [],
  },
  {
    phase: 'queued',
    make: async (ward, _death, cells) => {
      await holdUp(ward);
      return cells.map((kind) => make(ward, kind));
    },
    alsoAllowed: () => [],
  },
  { phase: 'running', make: running, alsoAllowed: () => [] },
  { phase: 'answering', make: running, alsoAllowed: () => ['well'] },
  { phase: 'shutting down', make: running, alsoAllowed: () => [] },
];

/** Whatever is called on the loop from now on waits for a module that never loads. */
async function holdUp({ loop, sibling }: Ward): Promise<void> {
  const stuck = remoteFunction(endless, 'post');
  loop.callSoonThreadsafe(stuck);
  await sibling.runCoroutineThreadsafe(patients.holdUp, loop.name, stuck);
}

/** Why a death cannot come to a kind of call in a phase. */
function absence(kind: Kind, phase: Phase, { way }: Death): string | undefined {
  const isBusy = kind.isAlone === true && (phase === 'running' || phase === 'shutting down');
  if (isBusy && way !== 'wait' && way !== 'spin') {
    return 'its thread does nothing else while it runs: it would have to end it itself';
  }
  if (isBusy && way === 'spin') return 'it is the endless loop';
  if (phase === 'starting' && way === 'spin' && kind.title === 'post') {
    return 'it takes no limit of time: its thread is stuck until `coordinator.restart()`';
  }
  return kind.absent[phase];
}

describe.each(courses)('$phase', (course) => {
  const { phase } = course;
  for (const death of deaths) {
    const present = kinds.filter((kind) => absence(kind, phase, death) === undefined);
    for (const kind of kinds) {
      const reason = absence(kind, phase, death);
      if (reason !== undefined) keepCell({ phase, death: death.title, kind: kind.title, reason });
    }
    const isBusyPhase = phase !== 'starting' && phase !== 'queued';
    const alone = present.filter((kind) => isBusyPhase && kind.isAlone === true);
    const together = present.filter((kind) => !alone.includes(kind));
    for (const cells of [together, ...alone.map((kind) => [kind])]) {
      if (cells.length === 0) continue;
      const titles = cells.map(({ title }) => title).join(', ');
      test.concurrent(`${death.title}: ${titles}`, async () => {
        const cross = async (ward: Ward): Promise<void> => crossOver(course, death, cells, ward);
        await (phase === 'shutting down' ? cross(await openWard()) : inWard(cross));
      });
    }
  }
});

function expectedError({ error }: Kind, phase: Phase, { way }: Death): string {
  const isImpatient = phase === 'starting' && way === 'spin' && error === 'LoopDiedError';
  return isImpatient ? 'TimeoutError' : error;
}

function incarnationOf({ coordinator, loop }: Ward): number {
  return coordinator.stats().loops.find(({ name }) => name === loop.name)?.incarnation ?? 0;
}

async function crossOver(
  course: Course,
  death: Death,
  cells: readonly Kind[],
  ward: Ward,
): Promise<void> {
  const { phase } = course;
  const { coordinator, loop } = ward;
  const before = incarnationOf(ward);
  let fire = await death.arm(coordinator, loop);
  let why = death.reason;
  const made = await course.make(ward, death, cells);
  let closing: Promise<unknown> | null = null;
  if (phase === 'shutting down') {
    closing = Promise.race([coordinator.shutdown({ timeoutMs: boundMs }), late()]);
    const other = death.whileShuttingDown;
    if (other !== undefined) {
      fire = () => other.fire(coordinator);
      why = other.reason;
    }
  }
  if (phase === 'answering') for (const { end } of made) raise(end);
  // Their own module ends the others that are starting.
  if (phase !== 'starting' || death.way === 'wait') fire();
  const words = await expectOutcomes(
    made,
    (kind) => [expectedError(kind, phase, death), ...course.alsoAllowed(kind)],
    why,
  );
  if (phase === 'queued') {
    const begun = made.filter(({ started }) => isRaised(started)).map(({ kind }) => kind.title);
    expect(begun).toEqual([]);
  }
  if (closing === null) {
    // Its answers may have been faster than its death.
    await eventually(() => incarnationOf(ward) > before);
    await expectWell(ward, cells);
  } else {
    expect(await closing).toBeUndefined();
    for (const kind of cells) {
      const { word } = await make(ward, kind).outcome;
      expect(`${kind.title}: ${word}`).toBe(`${kind.title}: CoordinatorClosedError`);
    }
  }
  for (const [kind, word] of words) {
    const result = course.alsoAllowed(kind).length > 0 ? `its answer, or ${kind.error}` : word;
    keepCell({ phase, death: death.title, kind: kind.title, result });
  }
}

describe('running, with late errors reported as they are by default', () => {
  const cells = kinds.filter(({ isAlone }) => isAlone !== true);
  const lateErrors = deaths.filter(({ way }) => ['throwInTimer', 'rejectUnhandled'].includes(way));
  for (const death of lateErrors) {
    test.concurrent(death.title, async () => {
      const ward = await openWard('report');
      const { coordinator, loop } = ward;
      const heard: unknown[] = [];
      coordinator.setExceptionHandler((_home, { exception }) => heard.push(String(exception)));
      const fire = await death.arm(coordinator, loop);
      const made = await running(ward, death, cells);
      fire();
      await eventually(() => heard.length > 0);
      for (const { end } of made) raise(end);
      await expectOutcomes(
        made,
        ({ error }) => ['well', error === 'nobody waits' ? error : 'well'],
        '',
      );
      expect([heard, incarnationOf(ward)]).toEqual([[death.reason.replace('uncaught ', '')], 1]);
      await coordinator.shutdown({ mode: 'terminate' });
    });
  }
});

describe('starting, with a module that cannot be loaded', () => {
  for (const { title, url, error } of loadFailures) {
    const why = (kind: Kind): string | undefined =>
      url === endless && kind.title === 'post'
        ? 'it takes no limit of time, and holds up what is behind it until `handle.cancel()`'
        : kind.absent.starting;
    const present = kinds.filter((kind) => why(kind) === undefined);
    for (const kind of kinds) {
      const reason = why(kind);
      if (reason !== undefined) {
        keepCell({ phase: 'starting', death: title, kind: kind.title, reason });
      }
    }
    test.concurrent(title, async () => {
      await inWard(async (ward) => {
        const options = url === endless ? { queueTimeoutMs: 100 } : {};
        const made = present.map((kind) => make(ward, kind, { url, options }));
        const allowed = (kind: Kind) => [kind.title === 'post' ? 'nobody waits' : error];
        const words = await expectOutcomes(made, allowed, '');
        await expectWell(ward, present);
        for (const [kind, word] of words) {
          keepCell({ phase: 'starting', death: title, kind: kind.title, result: word });
        }
      });
    });
  }
});
