// Children of nurseries on other threads: every kind against everything that may go wrong, in every
// phase. Whatever happens, the block is left in time, says why, and no child runs behind it.

import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { getEventLoop, remoteModule } from 'threadloop';
import * as trio from 'threadloop/trio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { deaths } from './deaths.js';
import {
  type Beats,
  type Block,
  boundMs,
  expectLeft,
  far,
  type Kind,
  kinds,
  listenMs,
  open,
  sociable,
} from './nursery-blocks.js';
import { closeWards, inWard, openWard, openWards } from './wards.js';

const nursing = remoteModule<typeof import('./fixtures/nursing.js')>(
  new URL('./fixtures/nursing.ts', import.meta.url),
);

beforeAll(openWards);
afterAll(closeWards);

/** What goes wrong on this side, and what then leaves the block. */
const troubles: readonly {
  readonly title: string;
  readonly bring: (block: Block) => void;
  readonly error: string | null;
}[] = [
  { title: 'its scope is cancelled', bring: ({ scope }) => scope.cancel(), error: null },
  {
    title: 'a deadline passes',
    bring: ({ scope }) => (scope.relativeDeadline = 0),
    error: null,
  },
  { title: 'a sibling fails', bring: ({ fail }) => fail(), error: 'RangeError: a sibling' },
  {
    title: 'asyncio cancels its task',
    bring: ({ task }) => void task.cancel(),
    error: 'CancelledError',
  },
];

/** A deaf child ends by the death of its thread, which is told, too. */
const expected = (kind: Kind, error: string | null): string[][] => {
  const own = error === null ? [] : [error];
  if (kind.isDeaf !== true) return [own];
  return [
    [...own, 'LoopDiedError'],
    ['LoopDiedError', ...own],
  ];
};

const companies: readonly (readonly Kind[])[] = [
  sociable,
  ...kinds.filter(({ isAlone }) => isAlone === true).map((kind) => [kind]),
];
const titlesOf = (cells: readonly Kind[]): string => cells.map(({ title }) => title).join(', ');

async function begun(blocks: readonly Block[]): Promise<void> {
  await eventually(() => blocks.every(({ beats }) => Atomics.load(beats, 0) > 0));
}

describe('while it runs', () => {
  for (const { title, bring, error } of troubles) {
    for (const cells of companies) {
      test.concurrent(`${title}: ${titlesOf(cells)}`, async () => {
        await inWard(async ({ loop }) => {
          const blocks = cells.map((kind) => open(kind, loop));
          await begun(blocks);
          for (const block of blocks) bring(block);
          await expectLeft(blocks, (kind) => expected(kind, error));
        });
      });
    }
  }
});

describe('before it has begun, on a thread that is busy', () => {
  for (const { title, bring, error } of troubles) {
    test.concurrent(title, async () => {
      await inWard(async ({ loop }) => {
        const [started, end] = [newFlag(), newFlag()];
        const busy = loop.runCoroutineThreadsafe(far.block, started, end);
        await eventually(() => isRaised(started));
        const blocks = kinds.map((kind) => open(kind, loop));
        await pause(2);
        for (const block of blocks) bring(block);
        await expectLeft(blocks, () => [error === null ? [] : [error]]);
        expect(isRaised(end)).toBe(false);
        raise(end);
        await busy;
        await loop.runCoroutineThreadsafe(far.countPlain, end);
        expect(blocks.map(({ beats }) => Atomics.load(beats, 0))).toEqual(kinds.map(() => 0));
      });
    });
  }
});

/** One that ends the thread from outside reaches also those who keep it busy. */
const companiesFor = (way: string) => (way === 'wait' ? companies : [sociable]);
const realDeaths = deaths.filter(({ way }) => way !== 'spin');

describe('when its thread dies', () => {
  for (const { title, way, arm } of realDeaths) {
    for (const cells of companiesFor(way)) {
      test.concurrent(`${title}: ${titlesOf(cells)}`, async () => {
        await inWard(async ({ coordinator, loop }) => {
          const fire = await arm(coordinator, loop);
          const blocks = cells.map((kind) => open(kind, loop));
          await begun(blocks);
          fire();
          await expectLeft(blocks, () => [['LoopDiedError']]);
        });
      });
    }
    if (way === 'eatMemory') continue; // Takes long, and is tried above.
    test.concurrent(`${title}, while it is cancelled`, async () => {
      await inWard(async ({ coordinator, loop }) => {
        const fire = await arm(coordinator, loop);
        const blocks = sociable.map((kind) => open(kind, loop));
        await begun(blocks);
        for (const { scope } of blocks) scope.cancel();
        fire();
        await expectLeft(blocks, () => [[], ['LoopDiedError']]);
      });
    });
  }

  for (const mode of ['terminate', 'cancel'] as const) {
    test.concurrent(`its coordinator shuts down: ${mode}`, async () => {
      const { coordinator, loop } = await openWard();
      const blocks = sociable.map((kind) => open(kind, loop));
      await begun(blocks);
      await pause(5);
      const closing = coordinator.shutdown({ mode });
      // What over there is cancelled from elsewhere has just ended: the sibling here goes on.
      if (mode === 'cancel') {
        await closing;
        for (const { scope } of blocks) scope.cancel();
      }
      await expectLeft(blocks, () => (mode === 'cancel' ? [[]] : [['LoopDiedError']]));
      await closing;
    });
  }
});

describe('when the thread of the nursery dies', () => {
  for (const { title, arm } of realDeaths.filter(({ way }) => way !== 'eatMemory')) {
    test.concurrent(title, async () => {
      await inWard(async ({ coordinator, loop, sibling }) => {
        const fire = await arm(coordinator, sibling);
        const all = sociable.map(() => new Int32Array(new SharedArrayBuffer(8)));
        const nurse = sibling.runCoroutineThreadsafe(nursing.nurse, loop.name, all);
        const thrown = nurse.then(String, String);
        await eventually(() => all.every((beats) => Atomics.load(beats, 0) > 0));
        fire();
        expect(await thrown).toContain('LoopDiedError');
        // Nobody waits for them any more: they hear of it when their link closes.
        await eventually(() => loop.stats().pendingCount === 0);
        const counts = async () => {
          const before = all.map((beats) => Atomics.load(beats, 0)).join();
          await pause(listenMs);
          return before === all.map((beats) => Atomics.load(beats, 0)).join();
        };
        const deadlineMs = performance.now() + boundMs;
        while (!(await counts())) expect(performance.now()).toBeLessThan(deadlineMs);
      });
    });
  }
});

test('children that end while a cancel comes leave nothing behind', async () => {
  await inWard(async ({ loop, sibling }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(brief, { maxLength: 6 }), fc.nat(12), async (lives, cancelMs) => {
        const scope = new trio.CancelScope();
        const all = lives.map(() => new Int32Array(new SharedArrayBuffer(8)));
        await getEventLoop().createTask(() =>
          scope.run(() =>
            trio.openNursery(async (nursery) => {
              for (const [index, { isHere, beatCount, lastBeats }] of lives.entries()) {
                const beats = all[index] as Beats;
                const where = isHere ? sibling : loop;
                nursery.startSoonOn(where, far.beatFor, beats, beatCount, lastBeats);
              }
              await trio.sleep(cancelMs);
              scope.cancel();
            }),
          ),
        );
        // Each began and then ended, or never began.
        for (const beats of all) expect(beats[1]).toBe(beats[0] === 0 ? 0 : 1);
      }),
      { numRuns: 60 },
    );
  });
});

const brief = fc.record({
  isHere: fc.boolean(),
  beatCount: fc.nat(6),
  lastBeats: fc.nat(3),
});
