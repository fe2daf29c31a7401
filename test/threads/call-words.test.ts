// The shared words of calls, in every order of moves from both sides; and two threads that race.

import fc from 'fast-check';
import { remoteModule, type RemoteLoop } from 'threadloop';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  IncomingWords,
  OutgoingWords,
  sharedNowMs,
  type WordMemory,
} from '#src/threads/call-words.js';
import { newFlag, raise, raised } from './fixtures/flag.js';
import { startLoops } from './loops.js';

const rival = remoteModule<typeof import('./fixtures/word-rival.js')>(
  new URL('./fixtures/word-rival.ts', import.meta.url),
);

/** Words in one piece of memory. */
const chunkSize = 1024;

let near: OutgoingWords;
let far: IncomingWords;
let memories: WordMemory[];

beforeEach(() => {
  far = new IncomingWords();
  memories = [];
  near = new OutgoingWords((memory) => {
    memories.push(memory);
    far.add(memory);
  });
});

const isCancelled = (word: number): boolean => far.isCancelled(word);

describe.each([
  ['a call', false],
  ['a call whose start is to be known', true],
] as const)('%s', (_kind, isTimed) => {
  test('that waits is started by the called thread, once', () => {
    const word = near.take(isTimed);
    expect([far.start(word), far.start(word)]).toEqual([true, false]);
  });

  test('that waits is withdrawn by its caller, once, and never starts', () => {
    const word = near.take(isTimed);
    expect([near.withdraw(word), near.withdraw(word)]).toEqual([true, false]);
    expect([far.start(word), isCancelled(word)]).toEqual([false, false]);
  });

  test('that has started cannot be withdrawn, and hears of a cancel', () => {
    const word = near.take(isTimed);
    far.start(word);
    expect([near.withdraw(word), isCancelled(word)]).toEqual([false, false]);
    near.cancel(word);
    expect([near.withdraw(word), isCancelled(word)]).toEqual([false, true]);
  });

  test('that waits or was withdrawn takes no cancel', () => {
    const [waiting, withdrawn] = [near.take(isTimed), near.take(isTimed)];
    near.withdraw(withdrawn);
    for (const word of [waiting, withdrawn]) near.cancel(word);
    expect([isCancelled(waiting), isCancelled(withdrawn)]).toEqual([false, false]);
    expect(far.start(waiting)).toBe(true);
  });
});

describe('the start of a timed call', () => {
  test('is known from the moment that it has started, also after a cancel', () => {
    const word = near.take(true);
    expect(near.startedAtMs(word)).toBeNull();
    const before = sharedNowMs();
    far.start(word);
    const startedAtMs = near.startedAtMs(word) as number;
    expect(startedAtMs).toBeGreaterThanOrEqual(before);
    expect(startedAtMs).toBeLessThanOrEqual(sharedNowMs());
    near.cancel(word);
    expect(near.startedAtMs(word)).toBe(startedAtMs);
  });

  test('of an earlier call is not taken for that of the next with the same word', () => {
    const word = near.take(true);
    far.start(word);
    near.release(word);
    expect(near.take(true)).toBe(word);
    expect(near.startedAtMs(word)).toBeNull();
    near.withdraw(word);
    expect(near.startedAtMs(word)).toBeNull();
  });
});

describe('memory for words', () => {
  test('is shared before a word of it is used, and grows with the calls under way', () => {
    const words = Array.from({ length: 2 * chunkSize + 1 }, () => near.take(false));
    expect(memories.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(words).size).toBe(words.length);
    for (const word of words) expect(far.start(word)).toBe(true);
  });

  test('does not grow while words are released', () => {
    for (let count = 0; count < 5 * chunkSize; count += 1) near.release(near.take(false));
    expect(memories).toHaveLength(1);
  });

  test('that got lost keeps no call from starting, nor lets it be cancelled by the word', () => {
    const stranger = new IncomingWords();
    const word = near.take(false);
    expect(stranger.start(word)).toBe(true);
    near.cancel(word);
    expect(stranger.isCancelled(word)).toBe(false);
  });

  test('is not used again after messages were lost', () => {
    const before = near.take(false);
    near.release(before);
    near.abandonAll();
    expect(near.take(false)).toBeGreaterThanOrEqual(chunkSize);
    expect(memories).toHaveLength(2);
  });
});

type State = 'waiting' | 'started' | 'withdrawn' | 'cancelled';

/** A call of the model; `isAnswered` from when the called thread looks at its word no more. */
interface ModelCall {
  readonly word: number;
  readonly isTimed: boolean;
  state: State;
  isAnswered: boolean;
}

const step = fc.tuple(
  fc.constantFrom('take', 'takeTimed', 'start', 'withdraw', 'cancel', 'release'),
  fc.nat(),
);

test('every interleaving of both sides moves as the table says', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const words = new IncomingWords();
      const mine = new OutgoingWords((memory) => words.add(memory));
      const calls: ModelCall[] = [];
      for (const [kind, pick] of steps) {
        if (kind === 'take' || kind === 'takeTimed') {
          const isTimed = kind === 'takeTimed';
          const word = mine.take(isTimed);
          expect(calls.some((each) => each.word === word)).toBe(false);
          calls.push({ word, isTimed, state: 'waiting', isAnswered: false });
          continue;
        }
        const call = calls[pick % calls.length];
        if (call !== undefined) moveAndCompare(kind, call, calls, mine, words);
      }
    }),
    { numRuns: 500 },
  );
});

function moveAndCompare(
  kind: string,
  call: ModelCall,
  calls: ModelCall[],
  mine: OutgoingWords,
  words: IncomingWords,
): void {
  const { word, state } = call;
  if (kind === 'start' && !call.isAnswered) {
    expect(words.start(word)).toBe(state === 'waiting');
    if (state === 'waiting') call.state = 'started';
    // A call that may not start is answered with that.
    if (state === 'withdrawn') call.isAnswered = true;
  } else if (kind === 'withdraw') {
    expect(mine.withdraw(word)).toBe(state === 'waiting');
    if (state === 'waiting') call.state = 'withdrawn';
  } else if (kind === 'cancel') {
    mine.cancel(word);
    if (state === 'started') call.state = 'cancelled';
  } else if (kind === 'release' && state !== 'waiting') {
    if (state === 'withdrawn' && !call.isAnswered) return;
    mine.release(word);
    calls.splice(calls.indexOf(call), 1);
    return;
  }
  expect(words.isCancelled(word)).toBe(call.state === 'cancelled');
  if (!call.isTimed) return;
  const hasStarted = call.state !== 'waiting' && call.state !== 'withdrawn';
  expect(mine.startedAtMs(word) !== null).toBe(hasStarted);
}

test('of two threads that race for a word exactly one wins', async () => {
  const wordCount = 100_000;
  const { loops } = await startLoops({ loops: 1 });
  const [loop] = loops as [RemoteLoop];
  const words = Array.from({ length: wordCount }, (_, index) => near.take(index % 2 === 0));
  const [ready, go] = [newFlag(), newFlag()];
  const racing = loop.runCoroutineThreadsafe(rival.startAll, memories, wordCount, ready, go);
  await raised(ready);
  raise(go);
  // From the other end, so that they meet.
  const withdrawn = words.map(() => false);
  for (let index = wordCount - 1; index >= 0; index -= 1) {
    withdrawn[index] = near.withdraw(words[index] as number);
  }
  const started = await racing;
  const isDisputed = (word: number, index: number): boolean =>
    withdrawn[index] === (started[word] === 1);
  expect(words.filter(isDisputed)).toEqual([]);
});
