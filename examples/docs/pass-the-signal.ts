/**
 * The sample of docs/async-or-coroutine.md: an async function that hands its signal on.
 * Prints `hello`.
 */
import { getEventLoop } from 'threadloop';

const loop = getEventLoop();
const url = 'data:,hello';

const task = loop.createTask(async (signal) => {
  const response = await fetch(url, { signal });
  return response.text();
});

console.log(await loop.runUntilComplete(task));
