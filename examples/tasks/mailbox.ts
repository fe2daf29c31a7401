// A mailbox for one letter. Its future belongs to the loop of the thread that loads this module:
// that loop is current before any of the thread's code runs.

import { type Coroutine, getEventLoop } from 'threadloop';

const letter = getEventLoop().createFuture<string>();

export function deliver(text: string): void {
  letter.setResult(text);
}

export function* read(): Coroutine<string> {
  return yield* letter;
}
