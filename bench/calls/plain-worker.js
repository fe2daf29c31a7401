/** The worker's side of what one writes by hand. Plain JavaScript, so that any Node runs it. */
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ id, value }) => parentPort.postMessage({ id, value: value + 1 }));
