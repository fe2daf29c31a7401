/**
 * The rows of bench/loop.ts on threadloop: `node threadloop.js [blocking]`.
 * Prints one JSON object: operations per second by row. Each row runs twice, the first warms up.
 */
import { BlockingEventLoop, gather, HostEventLoop, sleep } from 'threadloop';

const callbackCount = 1_000_000;
const taskCount = 200_000;
const newLoop = () =>
  process.argv.includes('blocking') ? new BlockingEventLoop() : new HostEventLoop();

async function callSoonChain() {
  const loop = newLoop();
  let left = callbackCount;
  const step = () => {
    left -= 1;
    if (left > 0) loop.callSoon(step);
    else loop.stop();
  };
  loop.callSoon(step);
  const startMs = performance.now();
  await loop.runForever();
  return callbackCount / ((performance.now() - startMs) / 1_000);
}

async function run(main, count) {
  const loop = newLoop();
  const startMs = performance.now();
  await loop.runUntilComplete(main());
  return count / ((performance.now() - startMs) / 1_000);
}

function* nothing() {}

function* gatherTasks() {
  yield* gather(Array.from({ length: taskCount }, nothing));
}

function* switchTasks() {
  for (let count = 0; count < callbackCount; count += 1) yield* sleep(0);
}

const rates = {};
for (let round = 0; round < 2; round += 1) {
  rates['callSoon chain'] = await callSoonChain();
  rates['gathered tasks'] = await run(gatherTasks, taskCount);
  rates['sleep(0)'] = await run(switchTasks, callbackCount);
}
console.log(JSON.stringify(rates));
