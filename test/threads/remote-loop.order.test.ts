// Per sender and receiver, calls start in the order in which they were made: whatever their kind,
// however they were batched, and however long their modules take to load.

import fc from 'fast-check';
import { remoteModule, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raise } from './fixtures/flag.js';
import { shareLoops, startLoops } from './loops.js';

const at = (file: string): URL => new URL(`./fixtures/${file}.ts`, import.meta.url);
const journal = remoteModule<typeof import('./fixtures/journal.js')>(at('journal'));
const functions = remoteModule<typeof import('./fixtures/functions.js')>(at('functions'));
const slow = remoteModule<typeof import('./fixtures/slow-module.js')>(at('slow-module'));
const calling = remoteModule<typeof import('./fixtures/calling-module.js')>(at('calling-module'));
const gate = remoteModule<typeof import('./fixtures/gate.js')>(at('gate'));

const threads = shareLoops({ loops: 2 });

/** Four ways to leave a note; each gives what is to be awaited, if anything. */
const ways = [
  (loop: RemoteLoop, entry: number) => void loop.callSoonThreadsafe(journal.note, entry),
  (loop: RemoteLoop, entry: number) => loop.runCoroutineThreadsafe(journal.note, entry),
  (loop: RemoteLoop, entry: number) => loop.runCoroutineThreadsafe(journal.noteAsync, entry),
  (loop: RemoteLoop, entry: number) => loop.runCoroutineThreadsafe(journal.noteCoroutine, entry),
];

describe('calls of one sender', () => {
  test('start in the order in which they were made, of every kind and in any batches', async () => {
    const [loop] = threads.coordinator.loops as [RemoteLoop];
    const step = fc.record({ way: fc.nat(3), pause: fc.constantFrom(0, 0, 0, 0, 1, 2) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 400 }), async (steps) => {
        const answers: unknown[] = [];
        for (const [entry, { way, pause }] of steps.entries()) {
          answers.push(ways[way]?.(loop, entry));
          if (pause === 1) await Promise.resolve();
          if (pause === 2) await new Promise((resolve) => void setImmediate(resolve));
        }
        const entries = await loop.runCoroutineThreadsafe(journal.read);
        expect(entries).toEqual(steps.map((_, index) => index));
        await Promise.all(answers);
      }),
      { numRuns: 30 },
    );
  });

  test('start in order also where another worker is the sender', async () => {
    const [near, far] = threads.coordinator.loops as [RemoteLoop, RemoteLoop];
    for (let entry = 0; entry < 500; entry += 1) {
      near.callSoonThreadsafe(functions.relayPost, far.name, journal.note, entry);
    }
    await near.runCoroutineThreadsafe(functions.relay, far.name, functions.nothing);
    const entries = await far.runCoroutineThreadsafe(journal.read);
    expect(entries).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });
});

describe('a function that is called for the first time', () => {
  test('begins in its turn where another one of its module has been called', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [loop] = coordinator.loops as [RemoteLoop];
    await loop.runCoroutineThreadsafe(journal.noteSoon, 'the module is loaded');
    await Promise.all([
      loop.runCoroutineThreadsafe(journal.noteSoon, 'soon'),
      loop.runCoroutineThreadsafe(journal.noteCoroutine, 'first'),
    ]);
    const entries = await loop.runCoroutineThreadsafe(journal.read);
    expect(entries).toEqual(['the module is loaded', 'first', 'soon']);
  });
});

describe('a function whose module is still loading', () => {
  test('may be called as often as one likes', async () => {
    const count = 100_000; // What takes time for each that waits, at each, would take minutes.
    const coordinator = await startLoops({ loops: 1 });
    const [loop] = coordinator.loops as [RemoteLoop];
    const open = newFlag();
    await loop.runCoroutineThreadsafe(gate.setGate, 'slow-module', open);
    for (let entry = 0; entry < count; entry += 1) loop.callSoonThreadsafe(slow.noteSlowly, entry);
    raise(open);
    const [loaded, ...entries] = await loop.runCoroutineThreadsafe(journal.read);
    expect(loaded).toBe('slow-module has loaded');
    expect(entries).toEqual(Array.from({ length: count }, (_, index) => index));
    await coordinator.shutdown();
  });

  test('holds up those behind it, but nobody who asks from elsewhere', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const open = newFlag();
    await loop.runCoroutineThreadsafe(gate.setGate, 'slow-module', open);
    await loop.runCoroutineThreadsafe(journal.note, 'before');
    const late = loop.runCoroutineThreadsafe(slow.noteSlowly, 'slow');
    loop.callSoonThreadsafe(journal.note, 'behind it');
    const behind = loop.runCoroutineThreadsafe(journal.noteAsync, 'behind it too');
    const elsewhere = sibling.runCoroutineThreadsafe(
      functions.relay,
      loop.name,
      journal.note,
      'from elsewhere',
    );
    await elsewhere;
    expect([late.done(), behind.done()]).toEqual([false, false]);
    raise(open);
    await Promise.all([late, behind]);
    expect(await loop.runCoroutineThreadsafe(journal.read)).toEqual([
      'before',
      'from elsewhere',
      'slow-module has loaded',
      'slow',
      'behind it',
      'behind it too',
    ]);
  });

  test('does not hold up the answers that the module itself waits for', async () => {
    const [loop] = threads.coordinator.loops as [RemoteLoop];
    const [answer, next] = [
      loop.runCoroutineThreadsafe(calling.answer),
      loop.runCoroutineThreadsafe(functions.echo, 'next'),
    ];
    expect(await Promise.all([answer, next])).toEqual([42, 'next']);
  });

  test('fails alone when its module cannot be loaded', async () => {
    const [loop] = threads.coordinator.loops as [RemoteLoop];
    const missing = remoteModule<typeof import('./fixtures/journal.js')>(at('nowhere'));
    const before = loop.runCoroutineThreadsafe(journal.note, 1);
    const failing = loop.runCoroutineThreadsafe(missing.note, 2);
    const behind = loop.runCoroutineThreadsafe(journal.note, 3);
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
    await Promise.all([before, behind]);
    expect(await loop.runCoroutineThreadsafe(journal.read)).toEqual([1, 3]);
  });
});
