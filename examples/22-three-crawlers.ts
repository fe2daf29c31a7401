// Shows: one small crawler three times: asyncio style, Trio style, and async functions.
// Run: node examples/22-three-crawlers.ts   (before Node 24: npx tsx in the place of node)
// Prints:
//   asyncio: /, /about, /docs, /docs/api, /docs/faq; 404: /gone
//   Trio:    /, /about, /docs, /docs/api, /docs/faq; 404: /gone
//   async:   /, /about, /docs, /docs/api, /docs/faq; 404: /gone

import { type Coroutine, Queue, run, Semaphore, taskGroup } from 'threadloop';
import * as trio from 'threadloop/trio';
import { Crawl, fetchPage } from './tasks/site.ts';

// Two workers take addresses out of a queue, until nothing is left to do.
function* crawlWithQueue(): Coroutine<string> {
  const crawl = new Crawl();
  const queue = new Queue<string>();
  queue.putNowait('/');
  yield* taskGroup(function* (group) {
    function* work(): Coroutine<void> {
      for (;;) {
        const path = yield* queue.get();
        for (const link of crawl.keep(path, yield* fetchPage(path))) queue.putNowait(link);
        queue.taskDone();
      }
    }
    const workers = [work(), work()].map((each) => group.createTask(each));
    yield* queue.join();
    for (const worker of workers) worker.cancel();
  });
  return crawl.toString();
}

// A task for each page, in one nursery: when that is left, there is nothing left to do.
function* crawlInNursery(): Coroutine<string> {
  const crawl = new Crawl();
  const limiter = new trio.CapacityLimiter(2);
  yield* trio.openNursery((nursery) => {
    function* visit(path: string): Coroutine<void> {
      const page = yield* limiter.run(() => fetchPage(path));
      for (const link of crawl.keep(path, page)) nursery.startSoon(visit, link);
    }
    nursery.startSoon(visit, '/');
  });
  return crawl.toString();
}
// Promises: each page waits for those that it leads to.
async function crawlWithPromises(): Promise<string> {
  const crawl = new Crawl();
  const semaphore = new Semaphore(2);
  const visit = async (path: string): Promise<void> => {
    const page = await semaphore.run(async () => fetchPage(path));
    await Promise.all(crawl.keep(path, page).map(visit));
  };
  await visit('/');
  return crawl.toString();
}

console.log(`asyncio: ${await run(crawlWithQueue())}`);
console.log(`Trio:    ${await trio.run(crawlInNursery)}`);
console.log(`async:   ${await run(crawlWithPromises)}`);
