// The states of a ticket, seen from two threads, and who wins when both want it.

import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { elapsedMs, sharedNowMs, TicketBoard, ticketStates } from '#src/cli/ticket-board.js';

describe('a ticket', () => {
  test('goes from free over queued, running and done to free', () => {
    const board = TicketBoard.withCapacity(2);
    expect(board.state(1)).toBe(ticketStates.free);
    board.queue(1);
    expect(board.state(1)).toBe(ticketStates.queued);
    expect(board.tryStart(1)).toBe(true);
    expect(board.state(1)).toBe(ticketStates.running);
    board.finish(1);
    expect(board.state(1)).toBe(ticketStates.done);
    board.release(1);
    expect(board.state(1)).toBe(ticketStates.free);
    expect(board.state(0)).toBe(ticketStates.free);
  });

  test('that was revoked does not start', () => {
    const board = TicketBoard.withCapacity(1);
    board.queue(0);
    expect(board.tryRevoke(0)).toBe(true);
    expect(board.tryStart(0)).toBe(false);
    expect(board.state(0)).toBe(ticketStates.revoked);
  });

  test('that has started is not revoked', () => {
    const board = TicketBoard.withCapacity(1);
    board.queue(0);
    board.tryStart(0);
    expect(board.tryRevoke(0)).toBe(false);
    board.finish(0);
    expect(board.tryRevoke(0)).toBe(false);
  });

  test('makes no unlawful move', () => {
    const board = TicketBoard.withCapacity(1);
    expect(() => board.finish(0)).toThrow(/ticket 0 was not in state 2/);
    board.queue(0);
    expect(() => board.queue(0)).toThrow(/ticket 0 was not in state 0/);
  });
});

test('a ticket that one thread revokes while the other starts it goes to one of them', async () => {
  const ticketCount = 20_000;
  const board = TicketBoard.withCapacity(ticketCount);
  for (let ticket = 0; ticket < ticketCount; ticket += 1) board.queue(ticket);
  const url = new URL('../../dist/src/cli/ticket-board.js', import.meta.url).href;
  const worker = new Worker(
    `import(${JSON.stringify(url)}).then(({ TicketBoard }) => {
      const { workerData, parentPort } = require('node:worker_threads');
      const board = new TicketBoard(workerData);
      parentPort.postMessage('ready');
      let started = 0;
      for (let ticket = 0; ticket < ${ticketCount}; ticket += 1) started += board.tryStart(ticket);
      parentPort.postMessage(started);
    })`,
    { eval: true, workerData: board.memory },
  );
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  await new Promise((resolve) => worker.once('message', resolve));
  let revoked = 0;
  for (let ticket = ticketCount - 1; ticket >= 0; ticket -= 1) {
    if (board.tryRevoke(ticket)) revoked += 1;
  }
  await ended;
  expect(revoked + (messages[1] as number)).toBe(ticketCount);
});

test('the shared clock goes on, also over the end of its 32 bits', () => {
  const before = sharedNowMs();
  expect(elapsedMs(before, sharedNowMs())).toBeLessThan(1000);
  expect(elapsedMs(2 ** 31 - 1, -(2 ** 31))).toBe(1);
});
