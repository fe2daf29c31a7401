// The conformance kit over every kind of loop that there is: ours, and those of somebody else.

import { HostEventLoop, newEventLoop, setLoopFactory } from 'threadloop';
import { loopContract } from 'threadloop/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allKinds } from './loop-kinds.js';

describe.for(allKinds)('$title', ({ create, takesClock = false, waitsForThreads = true }) => {
  const checks = loopContract(create, { takesClock, waitsForThreads });
  for (const { name, check } of checks) test(name, check);
});

test('a check has a name of its own', () => {
  const names = loopContract(() => new HostEventLoop(), { takesClock: true }).map(
    ({ name }) => name,
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(50);
});

test("a check leaves the thread's loop factory and current loop as they were", async () => {
  let made = 0;
  const factory = (): HostEventLoop => {
    made += 1;
    return new HostEventLoop();
  };
  setLoopFactory(factory);
  onTestFinished(() => setLoopFactory(null));
  const [{ check } = { check: () => Promise.reject(new Error('no check')) }] =
    loopContract(factory);
  await check();
  expect(newEventLoop()).toBeInstanceOf(HostEventLoop);
  expect(made).toBeGreaterThan(2);
});
