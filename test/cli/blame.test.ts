// Who is answered with the death of a thread, who is tried alone, and who simply runs again.

import { expect, test } from 'vitest';
import { blame } from '#src/cli/blame.js';
import { ticketStates } from '#src/cli/ticket-board.js';

const { queued, running, done, revoked } = ticketStates;

test('a sole runner is guilty', () => {
  expect(
    blame([
      ['a', done],
      ['b', running],
      ['c', queued],
      ['d', revoked],
    ]),
  ).toEqual({
    guilty: ['b'],
    suspects: [],
    innocent: ['a', 'c'],
  });
});

test('several runners are suspects', () => {
  expect(
    blame([
      ['a', running],
      ['b', running],
      ['c', queued],
    ]),
  ).toEqual({
    guilty: [],
    suspects: ['a', 'b'],
    innocent: ['c'],
  });
});

test('without a runner nobody is guilty', () => {
  expect(
    blame([
      ['a', done],
      ['b', queued],
    ]),
  ).toEqual({
    guilty: [],
    suspects: [],
    innocent: ['a', 'b'],
  });
});

test('beside the convicted, others that ran are innocent', () => {
  expect(
    blame(
      [
        ['a', running],
        ['b', running],
        ['c', queued],
      ],
      new Set(['b']),
    ),
  ).toEqual({
    guilty: ['b'],
    suspects: [],
    innocent: ['a', 'c'],
  });
});

test('a convicted one that ended in the last moment is guilty all the same', () => {
  expect(
    blame(
      [
        ['a', done],
        ['b', running],
      ],
      new Set(['a']),
    ),
  ).toEqual({
    guilty: ['a'],
    suspects: [],
    innocent: ['b'],
  });
});

test('in a thread that was stuck in nobody knows whom, a sole runner is only a suspect', () => {
  expect(
    blame(
      [
        ['a', running],
        ['b', queued],
      ],
      new Set(),
    ),
  ).toEqual({
    guilty: [],
    suspects: ['a'],
    innocent: ['b'],
  });
});
