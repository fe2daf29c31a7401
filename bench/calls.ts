/**
 * What a call costs: an empty function on one worker thread, awaited.
 *
 * Run with `npm run bench`. Contenders take turns in one process, several rounds; the table shows
 * medians, so that only ratios between its rows mean something. Start-up is outside the clock.
 */
import { startComlink } from './calls/comlink.js';
import type { Contender } from './calls/contender.js';
import { startPiscina } from './calls/piscina.js';
import { startPlain } from './calls/plain.js';
import { startThreadloop } from './calls/threadloop.js';

const roundCount = 5;
const roundTripCount = 3_000;
const burstCount = 30_000;
const callerCount = 1_000;

interface Row {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly callsPerSecond: number;
}

/** One caller, who waits for each answer. */
async function measureRoundTrips(contender: Contender): Promise<{ p50Us: number; p99Us: number }> {
  const us: number[] = [];
  for (let i = 0; i < roundTripCount; i += 1) {
    const startMs = performance.now();
    await contender.call(i);
    us.push((performance.now() - startMs) * 1_000);
  }
  us.sort((a, b) => a - b);
  const at = (share: number): number => us[Math.floor(us.length * share)] ?? Number.NaN;
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

/** A thousand callers, each of whom waits for its answers. */
async function measureThroughput(contender: Contender): Promise<number> {
  let madeCount = 0;
  const caller = async (): Promise<void> => {
    while (madeCount < burstCount) {
      madeCount += 1;
      const value = madeCount;
      if ((await contender.call(value)) !== value + 1) throw new Error('wrong answer');
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: callerCount }, caller));
  return madeCount / ((performance.now() - startMs) / 1_000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const starts = [startThreadloop, startPlain, startPiscina, startComlink];
const contenders = await Promise.all(starts.map((start) => start()));
const rows = new Map<string, Row[]>(contenders.map(({ name }) => [name, []]));
for (let round = 0; round <= roundCount; round += 1) {
  for (const contender of contenders) {
    const trips = await measureRoundTrips(contender);
    const callsPerSecond = await measureThroughput(contender);
    // The first round warms up.
    if (round > 0) rows.get(contender.name)?.push({ ...trips, callsPerSecond });
  }
}
await Promise.all(contenders.map((contender) => contender.close()));

console.log(`Node ${process.versions.node}, median of ${roundCount} rounds\n`);
console.log('| one worker thread, empty function | p50 | p99 | 1 000 callers |');
console.log('|---|---|---|---|');
for (const [name, each] of rows) {
  const p50 = median(each.map(({ p50Us }) => p50Us)).toFixed(0);
  const p99 = median(each.map(({ p99Us }) => p99Us)).toFixed(0);
  const rate = median(each.map(({ callsPerSecond }) => callsPerSecond)) / 1_000;
  console.log(`| ${name} | ${p50} µs | ${p99} µs | ${rate.toFixed(0)} k calls/s |`);
}
