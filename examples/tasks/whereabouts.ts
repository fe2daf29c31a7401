// Tasks that tell where they run: the same module gives another answer in every thread.
// Nothing in here knows how many threads there are.

import { getEventLoop } from 'threadloop';

export function nameOfCurrentLoop(): string {
  return getEventLoop().name;
}
