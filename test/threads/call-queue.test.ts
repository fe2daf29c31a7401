// Whose turn it is among the calls that wait for a loop.

import fc from 'fast-check';
import { HostEventLoop } from 'threadloop';
import { beforeEach, describe, expect, test } from 'vitest';
import { CallQueue, Lanes } from '#src/threads/call-queue.js';
import { closedAfterwards, runOneTick } from '../loop/fixtures.js';

const ranks = { 'user-blocking': 0, 'user-visible': 1, background: 2 } as const;
type Rank = keyof typeof ranks;

let loop: HostEventLoop;
let queue: CallQueue;
let started: string[];

beforeEach(() => {
  loop = closedAfterwards(new HostEventLoop());
  queue = new CallQueue();
  started = [];
});

function push(lanes: Lanes, name: string, rank: Rank = 'user-visible', on = loop): void {
  queue.push(on, lanes, ranks[rank], { start: () => void started.push(name) });
}

function takeAll(): string[] {
  for (let next = queue.next(); next !== undefined; next = queue.next()) next.start();
  return started;
}

describe('calls that wait', () => {
  test('of one caller and one rank start in their order', () => {
    const lanes = new Lanes();
    for (const name of ['a', 'b', 'c']) push(lanes, name);
    expect(takeAll()).toEqual(['a', 'b', 'c']);
  });

  test('of a higher rank go first, whoever called', () => {
    const [left, right] = [new Lanes(), new Lanes()];
    push(left, 'later', 'background');
    push(right, 'soon');
    push(left, 'at once', 'user-blocking');
    expect(takeAll()).toEqual(['at once', 'soon', 'later']);
  });

  test('of several callers take turns, however many each has', () => {
    const [flood, trickle, drop] = [new Lanes(), new Lanes(), new Lanes()];
    for (let index = 0; index < 5; index += 1) push(flood, `f${index}`);
    for (let index = 0; index < 2; index += 1) push(trickle, `t${index}`);
    push(drop, 'd0');
    expect(takeAll()).toEqual(['f0', 't0', 'd0', 'f1', 't1', 'f2', 'f3', 'f4']);
  });

  test('take turns again when a caller comes back', () => {
    const [flood, other] = [new Lanes(), new Lanes()];
    for (let index = 0; index < 4; index += 1) push(flood, `f${index}`);
    push(other, 'o0');
    for (let count = 0; count < 3; count += 1) queue.next()?.start();
    push(other, 'o1');
    expect(takeAll()).toEqual(['f0', 'o0', 'f1', 'f2', 'o1', 'f3']);
  });

  test('none of which is left give nothing', () => {
    expect(queue.next()).toBeUndefined();
  });
});

/** Turns that pass at most before a call of a rank that others flood has its own. */
const patience = 100;

describe('under a flood', () => {
  test.for([
    ['user-visible', ['user-blocking']],
    ['background', ['user-blocking']],
    ['background', ['user-visible']],
    ['user-visible', ['user-blocking', 'background']],
    ['background', ['user-blocking', 'user-visible']],
  ] as const)('of higher and lower ranks no rank starves: %s under %s', ([rank, floods]) => {
    const [caller, others] = [new Lanes(), new Lanes()];
    for (const flood of floods) {
      for (let index = 0; index < patience; index += 1) push(others, flood, flood);
    }
    push(caller, 'mine', rank);
    for (let count = 0; count < patience; count += 1) queue.next()?.start();
    expect(started).toContain('mine');
  });

  test('the higher ranks still get nearly all turns', () => {
    const lanes = new Lanes();
    for (let index = 0; index < 320; index += 1) {
      push(lanes, 'blocking', 'user-blocking');
      push(lanes, 'background', 'background');
    }
    for (let count = 0; count < 320; count += 1) queue.next()?.start();
    expect(started.filter((name) => name === 'background')).toHaveLength(10);
  });
});

test('each call starts once, and in order within its caller and rank, in any mixture', () => {
  const push3 = fc.record({
    caller: fc.nat(2),
    rank: fc.constantFrom(0, 1, 2),
    isTake: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(push3, { maxLength: 300 }), (steps) => {
      const mixed = new CallQueue();
      const callers = [new Lanes(), new Lanes(), new Lanes()];
      const taken: { lane: string; number: number }[] = [];
      let pushed = 0;
      for (const { caller, rank, isTake } of steps) {
        if (isTake) mixed.next()?.start();
        const call = { lane: `${caller} ${rank}`, number: pushed };
        mixed.push(loop, callers[caller] as Lanes, rank, { start: () => void taken.push(call) });
        pushed += 1;
      }
      for (let next = mixed.next(); next !== undefined; next = mixed.next()) next.start();
      expect(taken.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: pushed }, (_, index) => index),
      );
      const last = new Map<string, number>();
      for (const { lane, number } of taken) {
        expect(number).toBeGreaterThan(last.get(lane) ?? -1);
        last.set(lane, number);
      }
    }),
  );
});

describe('on the loop', () => {
  test('each call takes one turn, between what the loop does by itself', async () => {
    const lanes = new Lanes();
    push(lanes, 'first');
    loop.callSoon(() => started.push('own'));
    push(lanes, 'second');
    await runOneTick(loop);
    expect(started).toEqual(['first', 'own', 'second']);
  });

  test('a call that came before the run of another loop is served in it', async () => {
    const lanes = new Lanes();
    const other = closedAfterwards(new HostEventLoop());
    push(lanes, 'before the run');
    push(lanes, 'within', 'user-visible', other);
    await runOneTick(other);
    expect(started).toEqual(['before the run', 'within']);
    await runOneTick(loop);
    expect(started).toHaveLength(2);
  });
});
