// Proxies leave nothing behind: released, forgotten, refused or with calls that failed, their ports
// close. What serves a proxy stands in the thread's list of inbound sources while it lives.

import { getLoop, type Remote, remoteModule } from 'threadloop';
import { createEndpoint, proxy } from 'threadloop/comlink';
import { beforeAll, describe, expect, test } from 'vitest';
import { registry } from '#src/loop/registry.js';
import { collectGarbage } from '../loop/fixtures.js';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { shareLoops } from '../threads/loops.js';
import { exposeOwner, type Owner } from './fixtures/owner.js';

const fixture = remoteModule<typeof import('./fixtures/owner.js')>(
  new URL('./fixtures/owner.ts', import.meta.url),
);
shareLoops({ loops: 1, name: 'w', initialize: fixture.exposeOwner });
beforeAll(exposeOwner);

const ownerOn = (loop: string): Remote<Owner> => getLoop(loop).proxy<Owner>('owner');

/** Ends that serve proxies in this thread, beside the links. */
const servedCount = () => registry.inbound.size;

/** Links of this thread: to the worker, and both ends of the one to itself. */
function linkCount(): number {
  return [...registry.inbound].filter((each) => !('postMessage' in each)).length;
}

/** Nothing but links is left, if need be with the help of the garbage collector. */
async function nothingIsServed(): Promise<void> {
  const collectAndCount = async () => {
    await collectGarbage();
    return servedCount() - linkCount();
  };
  await expect.poll(collectAndCount).toBe(0);
}

describe('what serves a proxy is gone', () => {
  test('when the proxy is released, with all that it gave apart', async () => {
    for (let round = 0; round < 20; round += 1) {
      using owner = ownerOn('main');
      using another = await owner.makeOwner();
      expect(await another.sum(1, round)).toBe(1 + round);
      const port = await owner[createEndpoint]();
      port.close();
    }
    // Without the garbage collector.
    await expect.poll(() => servedCount() - linkCount()).toBe(0);
  });

  test('when the proxy is forgotten, and its calls are answered', async () => {
    await nothingIsServed();
    const begun = newFlag();
    const flag = newFlag();
    // Nobody holds the proxy while the call is under way.
    const call = ownerOn('main').until(begun, flag);
    await raised(begun);
    for (let round = 0; round < 5; round += 1) await collectGarbage();
    raise(flag);
    expect(await call).toBe('done');
    await nothingIsServed();
  });

  test('when a callback is let go of by the thread that got it', async () => {
    await nothingIsServed();
    using owner = ownerOn('w-1');
    await owner.keep(proxy(() => 1));
    expect(servedCount()).toBe(linkCount() + 1);
    await owner.forgetKept();
    await nothingIsServed();
  });

  test('when the message that was to bring a callback could not be sent', async () => {
    await nothingIsServed();
    using owner = ownerOn('w-1');
    const note = owner.note as (...args: unknown[]) => Promise<void>;
    await expect(
      note(
        proxy(() => 1),
        { bad: Symbol('no') },
      ),
    ).rejects.toMatchObject({
      code: 'ERR_NOT_CLONEABLE',
      message: expect.stringMatching(/^argument 2 of owner\.note\(\).*\.bad/) as string,
    });
    expect(servedCount()).toBe(linkCount());
  });
});
