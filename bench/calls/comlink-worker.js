/** The worker's side of Comlink: exposes the function. Plain JavaScript, so that any Node runs it. */
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

expose((value) => value + 1, nodeEndpoint(parentPort));
