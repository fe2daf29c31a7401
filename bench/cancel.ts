/**
 * What a cancel costs, and how soon the code on the other thread hears of it.
 *
 * Run with `npm run bench:cancel`. Times are medians and 99th percentiles of many cancels; the
 * last rows say how evenly a skewed load ends, and how soon a loop whose thread had to be replaced
 * answers again.
 */
import { Coordinator, remoteModule } from 'threadloop';
import type { ConcurrentFuture, RemoteLoop } from 'threadloop';

const cancelCount = 300;
const checkCount = 10_000_000;
const skewRoundCount = 5;

const tasks = remoteModule<typeof import('./cancel/tasks.js')>(
  new URL('./cancel/tasks.js', import.meta.url),
);

const nowMs = (): number => performance.timeOrigin + performance.now();

function print(row: string, values: readonly number[], unit: string, digits = 0): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(digits);
  console.log(`| ${row} | ${at(0.5)} | ${at(0.99)} | ${unit} |`);
}

/** Microseconds from `cancel()` to the moment in which the code hears of it. */
async function measureLatency(
  loop: RemoteLoop,
  start: () => ConcurrentFuture<unknown>,
): Promise<number[]> {
  const latenciesUs: number[] = [];
  for (let index = 0; index < cancelCount; index += 1) {
    const call = start();
    await sleepOnHost(2);
    const cancelledAtMs = nowMs();
    call.cancel();
    await call.catch(() => undefined);
    const heardAtMs = await loop.runCoroutineThreadsafe(tasks.lastHeardAtMs);
    latenciesUs.push((heardAtMs - cancelledAtMs) * 1_000);
  }
  return latenciesUs;
}

async function sleepOnHost(delayMs: number): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, delayMs));
}

/** One call in 20 is 50 times longer: how far from an even share of the work it ends. */
async function measureSkew(coordinator: Coordinator): Promise<number> {
  const durationsMs = Array.from({ length: 200 }, (_, index) => (index % 20 === 7 ? 50 : 1));
  const idealMs = durationsMs.reduce((sum, each) => sum + each, 0) / coordinator.loops.length;
  const startMs = performance.now();
  await Promise.all(durationsMs.map((each) => coordinator.submit(tasks.busy, each)));
  return (performance.now() - startMs) / idealMs;
}

/** Milliseconds from the end of the grace to the first answer of the new thread. */
async function measureRecovery(loop: RemoteLoop): Promise<number> {
  const stuck = loop.with({ timeoutMs: 20, graceMs: 20 }).runCoroutineThreadsafe(tasks.spin);
  await stuck.catch(() => undefined);
  const startMs = performance.now() + 20;
  const patient = loop.with({ retries: 3 });
  await patient.runCoroutineThreadsafe(tasks.echo, 1);
  return performance.now() - startMs;
}

await using coordinator = await Coordinator.start({ loops: 2 });
const [loop] = coordinator.loops as [RemoteLoop];
await coordinator.broadcast(tasks.echo, 0);

console.log(`Node ${process.versions.node}, ${cancelCount} cancels a row\n`);
console.log('| row | p50 | p99 | unit |\n|---|---|---|---|');
const starts = {
  coroutine: () => loop.runCoroutineThreadsafe(tasks.waitLong),
  signal: () => loop.runCoroutineThreadsafe(tasks.listenLong),
  'checkCancelled()': () => loop.runCoroutineThreadsafe(tasks.computeLong),
};
for (const [name, start] of Object.entries(starts)) {
  print(`cancel to ${name}`, await measureLatency(loop, start), 'µs');
}
const costs: number[] = [];
for (let round = 0; round < 5; round += 1) {
  costs.push(await loop.runCoroutineThreadsafe(tasks.costOfCheckNs, checkCount));
}
print('one checkCancelled()', costs, 'ns', 1);
const ratios: number[] = [];
for (let round = 0; round < skewRoundCount; round += 1) ratios.push(await measureSkew(coordinator));
print('skewed load, 2 loops', ratios, 'times the ideal', 2);
const recoveriesMs: number[] = [];
for (let round = 0; round < 5; round += 1) recoveriesMs.push(await measureRecovery(loop));
print('answer after a thread was replaced', recoveriesMs, 'ms', 1);
