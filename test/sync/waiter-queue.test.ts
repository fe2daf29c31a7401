// The line that all primitives wait in: order, counts, and no wake-up lost. Its subject is no part
// of the package's doors.

import fc from 'fast-check';
import type { Coroutine } from 'threadloop';
import { expect, test } from 'vitest';
import { WaiterQueue } from '#src/sync/waiter-queue.js';
import { coroutines, stage } from './both-kinds.js';

class Owner {}

test('a line serves in order, whoever leaves it in whatever way', () =>
  stage(coroutines, function* ({ loop }) {
    const commands = fc.array(
      fc.record({
        verb: fc.constantFrom('join', 'wake', 'go on', 'close', 'fail'),
        which: fc.nat({ max: 20 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(commands, (steps) => {
        const line = new WaiterQueue<number>(new Owner());
        let passedOnCount = 0;
        const passOn = (): void => void (passedOnCount += 1);
        const waiting: Array<Coroutine<number>> = [];
        const woken: Array<[turn: Coroutine<number>, value: number]> = [];
        let [wakeCount, expectedPassedOnCount] = [0, 0];
        const takeOne = (which: number): Coroutine<number> | undefined => {
          const all = [...woken.map(([turn]) => turn), ...waiting];
          const turn = all[which % all.length];
          if (turn === undefined) return undefined;
          const place = woken.findIndex(([each]) => each === turn);
          if (place === -1) waiting.splice(waiting.indexOf(turn), 1);
          else woken.splice(place, 1);
          if (place !== -1) expectedPassedOnCount += 1;
          return turn;
        };
        for (const { verb, which } of steps) {
          if (verb === 'join') {
            const turn = line.wait(loop, passOn);
            expect(turn.next().done).toBe(false);
            waiting.push(turn);
          } else if (verb === 'wake') {
            const turn = waiting.shift();
            expect(line.wakeFirst(wakeCount)).toBe(turn !== undefined);
            if (turn !== undefined) woken.push([turn, wakeCount++]);
          } else if (verb === 'go on') {
            const next = woken.shift();
            if (next !== undefined) expect(next[0].next()).toEqual({ done: true, value: next[1] });
          } else if (verb === 'close') {
            takeOne(which)?.return(-1);
          } else {
            const turn = takeOne(which);
            if (turn !== undefined) expect(() => turn.throw(new Error('lost'))).toThrow('lost');
          }
          expect(line.waitingCount).toBe(waiting.length);
          expect(line.wokenCount).toBe(woken.length);
          expect(line.liveCount).toBe(waiting.length + woken.length);
          expect(passedOnCount).toBe(expectedPassedOnCount);
        }
        line.wakeAll(-1);
        for (const turn of waiting) expect(turn.next()).toEqual({ done: true, value: -1 });
        for (const [turn, value] of woken) expect(turn.next()).toEqual({ done: true, value });
        expect(line.liveCount).toBe(0);
      }),
    );
  }));

test('a turn leaves the line as soon as it is cancelled', () =>
  stage(coroutines, function* ({ loop }) {
    const line = new WaiterQueue(new Owner());
    const [first, second] = [loop.createTask(line.wait(loop)), loop.createTask(line.wait(loop))];
    loop.callSoon(() => {
      expect(String(first)).toContain('wait_for=<Turn pending for Owner>');
      first.cancel();
      expect(line.waitingCount).toBe(1);
      line.wakeFirst();
    });
    yield* second;
    expect(first.cancelled()).toBe(true);
    expect(line.liveCount).toBe(0);
  }));
