// A lane over a loop that does not work as it should.

import { describe, expect, test } from 'vitest';
import type { Job } from '#src/cli/job.js';
import { Lane, type LaneOwner } from '#src/cli/lane.js';
import type { Outcome } from '#src/cli/outcome.js';
import type { Runner } from '#src/cli/runner.js';
import { TicketBoard } from '#src/cli/ticket-board.js';
import { LoopDiedError } from '#src/errors.js';

class Owner implements LaneOwner {
  readonly outcomes: Array<[input: unknown, error: string]> = [];
  readonly returned: unknown[] = [];
  broken: unknown;

  onRoom(): void {}

  onOutcome(job: Job, outcome: Outcome): void {
    const { name } = JSON.parse(outcome.json) as { name: string };
    this.outcomes.push([job.input.value, name]);
  }

  onReturned(jobs: readonly Job[]): void {
    this.returned.push(...jobs.map((job) => job.input.value));
  }

  onBroken(error: unknown): void {
    this.broken = error;
  }
}

const death = new LoopDiedError({ loop: 'loop-1', exitCode: 1, reason: 'it was made to' });
const job = (value: string): Job => ({
  input: { value, json: JSON.stringify(value) },
  number: 0,
  failureCount: 0,
});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

function runnerWith(overrides: Partial<Runner>): Runner {
  return {
    name: 'loop-1',
    prepare: async () => {},
    run: () => new Promise(() => {}),
    cancel: async () => {},
    restart: () => {},
    ...overrides,
  };
}

describe('a lane', () => {
  test('gives up a loop whose threads die before they do anything', async () => {
    let prepareCount = 0;
    const owner = new Owner();
    const runner = runnerWith({
      prepare: () => (prepareCount++ === 0 ? Promise.resolve() : Promise.reject(death)),
      run: () => Promise.reject(death),
    });
    const lane = new Lane(runner, { slotCount: 1, timeoutMs: undefined }, owner);
    await lane.start();
    lane.send(job('a'));
    await settle();
    expect(owner.broken).toBe(death);
    expect(owner.returned).toEqual(['a']);
    expect(prepareCount).toBeLessThan(20);
  });

  test('ends a thread that does not hear a cancel, and blames the sole runner', async () => {
    let board: TicketBoard | undefined;
    let die = (): void => {};
    const owner = new Owner();
    const runner = runnerWith({
      prepare: async (memory) => {
        board = new TicketBoard(memory);
      },
      run: (ticket) =>
        new Promise((_, reject) => {
          if (ticket === 0) board?.tryStart(ticket);
          die = () => reject(death);
        }),
      cancel: () => new Promise(() => {}),
      restart: () => die(),
    });
    const lane = new Lane(runner, { slotCount: 1, timeoutMs: 20 }, owner);
    await lane.start();
    lane.send(job('stuck'));
    lane.send(job('queued'));
    for (let left = lane.checkDeadlines(); left !== Infinity; left = lane.checkDeadlines()) {
      await new Promise((resolve) => setTimeout(resolve, left));
      if (owner.outcomes.length > 0) break;
    }
    await settle();
    expect(owner.outcomes).toEqual([['stuck', 'TimeoutError']]);
    expect(owner.returned).toEqual(['queued']);
  });

  test('takes an answer that came in time over its cancel', async () => {
    let answer = (_: Outcome): void => {};
    let board: TicketBoard | undefined;
    const outcomes: Outcome[] = [];
    const owner = Object.assign(new Owner(), {
      onOutcome: (_: Job, outcome: Outcome) => outcomes.push(outcome),
    });
    const runner = runnerWith({
      prepare: async (memory) => {
        board = new TicketBoard(memory);
      },
      run: (ticket) => {
        board?.tryStart(ticket);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const lane = new Lane(runner, { slotCount: 1, timeoutMs: 5 }, owner);
    await lane.start();
    lane.send(job('a'));
    await settle();
    lane.checkDeadlines();
    answer({ isError: false, json: '1', ms: 4.9 });
    await settle();
    expect(outcomes).toEqual([{ isError: false, json: '1', ms: 4.9 }]);
  });
});
