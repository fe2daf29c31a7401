// One thread as another knows it, through links that come and go. Both sides live in this thread,
// so which news comes first, the closed port or the obituary, is up to the test.

import {
  CoordinatorClosedError,
  type ExceptionContext,
  HostEventLoop,
  LoopDiedError,
  remoteFunction,
} from 'threadloop';
import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallQueue } from '#src/threads/call-queue.js';
import { Exchange } from '#src/threads/exchange.js';
import { Peer } from '#src/threads/peer.js';
import { nodeTurn, recordReports } from '../loop/fixtures.js';

const url = `data:text/javascript,
  export const echo = (value) => value;
  export const never = () => new Promise(() => {});
`;
const echo = remoteFunction<(value: unknown) => unknown>(url, 'echo');
const never = remoteFunction<() => Promise<void>>(url, 'never');

const obituary = (exitCode = 3): LoopDiedError =>
  new LoopDiedError({ loop: 'far', exitCode, reason: 'a test said so' });

let loop: HostEventLoop;
let endLoop: () => void;
let reports: ExceptionContext[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  loop = new HostEventLoop();
  reports = recordReports(loop);
  endLoop = loop.runInBackground();
});
afterEach(() => {
  endLoop();
  loop.close();
  vi.useRealTimers();
});

interface Life {
  /** The far end of the link that the near peer opened. */
  readonly port: MemoryPort;
  /** What runs behind it. */
  readonly peer: Peer;
}

/** The near peer, and the lives of the far thread, one for each link that was opened. */
function makePeer(): { near: Peer; lives: Life[]; notices: unknown[] } {
  const lives: Life[] = [];
  const notices: unknown[] = [];
  const host = { loop: () => loop, gate: null, queue: new CallQueue() };
  const near = new Peer({
    name: 'far',
    host,
    onNotice: (...notice) => notices.push(notice),
    open: () => {
      const [left, right] = createPortPair();
      const peer = new Peer({
        name: 'near',
        host,
        onNotice: () => {},
        open: () => expect.unreachable('the far side has a link'),
      });
      peer.attach(right);
      lives.push({ port: right, peer });
      return left;
    },
  });
  return { near, lives, notices };
}

/** Timers that are left when the far side has none. */
function countTimersOfNear(lives: readonly Life[]): number {
  for (const { peer } of lives) peer.close(obituary());
  return vi.getTimerCount();
}

/** A link that was opened, with a call over it that is never answered. */
async function makePeerWithCall() {
  const made = makePeer();
  const lost = made.near.call(never, []);
  await nodeTurn();
  const [life] = made.lives as [Life];
  return { ...made, lost, life };
}

describe('a peer', () => {
  test('opens a link with the first call and keeps it', async () => {
    const { near, lives } = makePeer();
    expect(lives).toHaveLength(0);
    expect(await Promise.all([near.call(echo, [1]), near.call(echo, [2])])).toEqual([1, 2]);
    expect(await near.call(echo, [3])).toBe(3);
    expect(lives).toHaveLength(1);
    expect([near.pendingCount, near.completedCount]).toEqual([0, 3]);
  });

  test('passes notices on, and says them', async () => {
    const { near, lives, notices } = makePeer();
    near.link();
    lives[0]?.peer.notice('ready', { since: 1 });
    await nodeTurn();
    expect(notices).toEqual([['ready', { since: 1 }, expect.any(Exchange)]]);
  });

  test('serves a link that the far side opened too, and calls over the first', async () => {
    const { near, lives } = makePeer();
    near.link();
    const [left, right] = createPortPair();
    const other = new Peer({
      name: 'near',
      host: { loop: () => loop, gate: null, queue: new CallQueue() },
      onNotice: () => {},
      open: () => right,
    });
    near.attach(left);
    expect(await other.call(echo, ['over the second'])).toBe('over the second');
    expect(await near.call(echo, ['over the first'])).toBe('over the first');
    expect(lives).toHaveLength(1);
    const lost = other.call(never, []);
    await nodeTurn();
    near.close(new CoordinatorClosedError('the end'));
    await nodeTurn();
    other.mourn(obituary());
    await expect(lost).rejects.toThrow(LoopDiedError);
  });

  test('takes no more calls once it refuses, and finishes those under way', async () => {
    const { near } = makePeer();
    const underWay = near.call(echo, [1]);
    near.refuse(new CoordinatorClosedError('closed'));
    expect(() => near.call(echo, [2])).toThrow(CoordinatorClosedError);
    expect(() => near.post(echo, [2])).toThrow(CoordinatorClosedError);
    await near.answered();
    expect(await underWay).toBe(1);
  });

  test('that is closed fails what is under way, and refuses with the reason', async () => {
    const { near, lives, lost } = await makePeerWithCall();
    near.close(obituary());
    await expect(lost).rejects.toThrow('a test said so');
    expect(() => near.call(echo, [1])).toThrow('a test said so');
    expect([near.pendingCount, near.completedCount]).toEqual([0, 1]);
    expect(countTimersOfNear(lives)).toBe(0);
  });
});

describe('a death', () => {
  test('that is told first fails the calls at once, with the reason', async () => {
    const { near, lives, lost, life } = await makePeerWithCall();
    const error = obituary();
    near.mourn(error);
    await expect(lost).rejects.toBe(error);
    life.port.close();
    await nodeTurn();
    expect(await near.call(echo, ['next'])).toBe('next');
    expect(lives).toHaveLength(2);
    expect(countTimersOfNear(lives)).toBe(0);
  });

  test('that shows first by the closed port waits for the reason', async () => {
    const { near, lives, lost, life } = await makePeerWithCall();
    life.port.close();
    await nodeTurn();
    expect(lost.done()).toBe(false);
    expect(near.pendingCount).toBe(1);
    const error = obituary();
    near.mourn(error);
    await expect(lost).rejects.toBe(error);
    expect(countTimersOfNear(lives)).toBe(0);
  });

  test('of which nobody tells the reason fails the calls all the same, after a while', async () => {
    const { near, lost, life } = await makePeerWithCall();
    life.port.close();
    await nodeTurn();
    vi.advanceTimersByTime(999);
    expect(lost.done()).toBe(false);
    vi.advanceTimersByTime(1);
    await expect(lost).rejects.toThrow("Loop 'far' died: its port was closed");
    expect(near.pendingCount).toBe(0);
  });

  test('does not touch the calls that were made after the port had closed', async () => {
    const { near, lives, lost, life } = await makePeerWithCall();
    life.port.close();
    await nodeTurn();
    const next = near.call(never, []);
    await nodeTurn();
    near.mourn(obituary());
    await expect(lost).rejects.toThrow(LoopDiedError);
    expect(next.done()).toBe(false);
    expect(lives).toHaveLength(2);
    near.close(obituary(4));
    await expect(next).rejects.toThrow('exit code 4');
  });

  test('after another is told in the order of the deaths', async () => {
    const { near, lives, lost, life } = await makePeerWithCall();
    life.port.close();
    await nodeTurn();
    const lostToo = near.call(never, []);
    await nodeTurn();
    lives[1]?.port.close();
    await nodeTurn();
    expect(near.pendingCount).toBe(2);
    near.mourn(obituary(1));
    near.mourn(obituary(2));
    await expect(lost).rejects.toThrow('exit code 1');
    await expect(lostToo).rejects.toThrow('exit code 2');
    expect(near.completedCount).toBe(2);
  });

  test('leaves the answers that had arrived by then, read or not', async () => {
    const { near, lost, life } = await makePeerWithCall();
    const read = near.call(echo, ['read']);
    await nodeTurn();
    const unread = near.call(echo, ['unread']);
    // The answer leaves the far side, and stands in the port when the obituary comes.
    const answer = vi.spyOn(life.port, 'post');
    answer.mockImplementationOnce((batch) => {
      answer.mockRestore();
      life.port.post(batch);
      near.mourn(obituary());
      return true;
    });
    await expect(lost).rejects.toThrow(LoopDiedError);
    expect([await read, await unread]).toEqual(['read', 'unread']);
    expect(near.pendingCount).toBe(0);
  });

  test('that is told late does not touch the link to the thread that followed', async () => {
    const { near } = makePeer();
    const diedAtMs = Date.now() - 1;
    const next = near.call(never, []);
    near.mourn(obituary(), diedAtMs);
    await nodeTurn();
    expect(next.done()).toBe(false);
    near.close(obituary(4));
    await expect(next).rejects.toThrow('exit code 4');
  });

  test('of a thread that held nothing is no news', async () => {
    const { near, lives } = makePeer();
    near.mourn(obituary());
    expect(await near.call(echo, [1])).toBe(1);
    expect(lives).toHaveLength(1);
    expect(reports).toEqual([]);
  });
});
