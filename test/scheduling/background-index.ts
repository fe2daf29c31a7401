// The sample of docs/scheduling.md: work that steps aside, becomes urgent, and is given up.
// Prints: answered, indexed 6 words, given up: nobody asked.

import { type Coroutine, scheduler, TaskController } from 'threadloop';

function* index(pages: readonly string[]): Coroutine<number> {
  let wordCount = 0;
  for (const page of pages) {
    wordCount += page.split(' ').length;
    yield* scheduler.yield(); // whatever is more urgent runs here
  }
  return wordCount;
}

export async function main(): Promise<void> {
  const controller = new TaskController({ priority: 'background' });
  const { signal } = controller;

  const indexing = scheduler.postTask(() => index(['to be', 'or not', 'to be']), { signal });
  await scheduler.postTask(() => console.log('answered'), { priority: 'user-blocking' });

  controller.setPriority('user-visible'); // somebody wants to see it now
  console.log(`indexed ${await indexing} words`);

  const later = scheduler.postTask(() => index(['that is']), { signal, delay: 60_000 });
  controller.abort('nobody asked');
  await later.catch((reason: unknown) => console.log(`given up: ${String(reason)}`));
}
