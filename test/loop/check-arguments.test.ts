// What functions on tasks refuse, too: at the call, with a message that says what they take.

import {
  asCompleted,
  Condition,
  type Coroutine,
  ensureFuture,
  Future,
  gather,
  InvalidArgumentError,
  Lock,
  sleep,
  staggeredRace,
  taskGroup,
  timeout,
  timeoutAt,
  wait,
  waitFor,
} from 'threadloop';
import { expect, test } from 'vitest';
import { virtualLoop } from './fixtures.js';

function* answer(): Coroutine<number> {
  yield* sleep(1);
  return 42;
}

/** Types forbid all of these; programs without types make them. */
const wrong = (value: unknown): never => value as never;

const refused: readonly (readonly [title: string, call: () => unknown, message: string])[] = [
  [
    'gather(a, b)',
    () => gather(wrong(answer()), wrong(answer())),
    'iterable of awaitables, not cor',
  ],
  ['gather(future)', () => gather(wrong(new Future())), 'one iterable of awaitables, not Future'],
  ['gather()', () => gather(wrong(undefined)), 'one iterable of awaitables, not undefined'],
  ['gather([fn])', () => gather([wrong(answer)]), 'call the generator function'],
  ['wait(5)', () => wait(wrong(5)), 'expect a list of futures, not 5'],
  ['wait(future)', () => wait(wrong(new Future())), 'expect a list of futures, not Future'],
  [
    'wait() for no time',
    () => wait([new Future()], { timeoutMs: wrong('1') }),
    "wait() expects timeoutMs to be a number of milliseconds or null, got '1'",
  ],
  ['asCompleted(null)', () => asCompleted(wrong(null)), 'an iterable of awaitables, not null'],
  [
    'asCompleted(a)',
    () => asCompleted(wrong(answer())),
    'an iterable of awaitables, not coroutine',
  ],
  [
    'asCompleted() for no time',
    () => asCompleted([new Future()], { timeoutMs: NaN }),
    'asCompleted() expects timeoutMs to be a number of milliseconds or null, got NaN',
  ],
  [
    'waitFor() without a time',
    () => waitFor(new Future(), wrong(undefined)),
    'waitFor() expects timeoutMs to be a number of milliseconds or null, got undefined',
  ],
  ['timeout(text)', () => timeout(wrong('1')), 'timeout() expects delayMs to be a number of mill'],
  ['timeoutAt(text)', () => timeoutAt(wrong('1')), 'timeoutAt() expects whenMs to be a number of'],
  ['a timeout of a value', () => timeout(1, wrong(5)), 'expects a generator function or an async'],
  [
    'a group of a coroutine',
    () => taskGroup(wrong(answer())),
    'give the function, and do not call',
  ],
  ['a lock for a promise', () => new Lock().run(wrong(Promise.resolve())), 'do not call it'],
  ['a condition of a value', () => new Condition().waitFor(wrong(5)), 'expects a function, got 5'],
  [
    'a race of a promise',
    () => staggeredRace(wrong(Promise.resolve()), 1),
    'an iterable of functions',
  ],
  ['a race of a value', () => staggeredRace([wrong(5)], 1), 'staggeredRace() expects a generator'],
  ['a race at no pace', () => staggeredRace([answer], NaN), 'expects delayMs to be a number of'],
  [
    'ensureFuture(5)',
    () => ensureFuture(wrong(5)),
    'a coroutine or an awaitable is required, got 5',
  ],
];

test.for(refused)('%s is refused at the call', async ([, call, message]) => {
  const loop = virtualLoop();
  await loop.runUntilComplete(() => {
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(message);
  });
});

test('a deadline that is no number leaves the one that was', async () => {
  const loop = virtualLoop();
  const block = await loop.runUntilComplete(async () =>
    timeout(10, async (limit) => {
      expect(() => limit.reschedule(NaN)).toThrow('whenMs to be a number of milliseconds or null');
      return limit;
    }),
  );
  expect(block.when()).toBe(10);
});
