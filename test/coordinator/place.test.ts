import { describe, expect, test } from 'vitest';
import type { LoopState } from '#src/coordinator/loop-supervisor.js';
import { Placement } from '#src/coordinator/place.js';
import type { SupervisedLoop } from '#src/coordinator/supervised-loop.js';

interface Load {
  readonly name: string;
  state: LoopState;
  readonly peer: { pendingCount: number };
}

function makeLoops(...pendingCounts: number[]): Load[] {
  return pendingCounts.map((pendingCount, index) => ({
    name: `loop-${index + 1}`,
    state: 'ready',
    peer: { pendingCount },
  }));
}

/** Places so many calls one after the other; each stays under way. */
function place(loops: readonly Load[], count: number, placement = new Placement()): string[] {
  return Array.from({ length: count }, () => {
    const chosen = placement.choose(loops as unknown as SupervisedLoop[]) as unknown as Load;
    chosen.peer.pendingCount += 1;
    return chosen.name;
  });
}

describe('a call goes', () => {
  test('to the loop with the fewest under way', () => {
    expect(place(makeLoops(3, 1, 2), 3)).toEqual(['loop-2', 'loop-3', 'loop-2']);
  });

  test('in turns where all are alike', () => {
    expect(place(makeLoops(0, 0, 0), 7)).toEqual(
      [1, 2, 3, 1, 2, 3, 1].map((number) => `loop-${number}`),
    );
    const loops = makeLoops(0, 0, 0);
    const placement = new Placement();
    const chosen = Array.from({ length: 4 }, () => {
      const [name] = place(loops, 1, placement);
      for (const loop of loops) loop.peer.pendingCount = 0;
      return name;
    });
    expect(chosen).toEqual(['loop-1', 'loop-2', 'loop-3', 'loop-1']);
  });

  test('to a loop that is ready rather than to an idle one that is not', () => {
    const loops = makeLoops(0, 9, 0);
    (loops[0] as Load).state = 'starting';
    (loops[2] as Load).state = 'waiting';
    expect(place(loops, 2)).toEqual(['loop-2', 'loop-2']);
    (loops[1] as Load).state = 'gone';
    expect(place(loops, 2)).toEqual(['loop-1', 'loop-3']);
  });

  test('nowhere when all are gone', () => {
    const loops = makeLoops(0, 0);
    for (const loop of loops) loop.state = 'gone';
    expect(new Placement().choose(loops as unknown as SupervisedLoop[])).toBeUndefined();
    expect(new Placement().choose([])).toBeUndefined();
  });
});
