// A worker as frameworks have them: started with `new Worker`, and told what to do by messages.
// It attaches itself, so that it is a loop among the others for as long as it likes.

import { parentPort } from 'node:worker_threads';
import { attachLoop } from 'threadloop';

const attached = await attachLoop({ name: 'resizer' });
parentPort.postMessage(attached.name);

parentPort.once('message', async () => {
  // Calls that were made are carried out; new ones are refused. Then nothing keeps this thread.
  await attached.detach();
});
