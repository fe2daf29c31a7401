/**
 * A million calls in all directions, with cancels, timeouts and priorities, while threads die: each
 * settles once and in order, and memory and handles are where they were in the end.
 *
 * Run with `npm run soak`; `SEED=123 CALLS=50000 npm run soak` brings a run back, or makes it
 * shorter. Takes some minutes, and ends with code 1 when something was wrong.
 */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Coordinator } from 'threadloop';
import { wreakChaos } from './threads/chaos.js';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
const callCount = Number(process.env['CALLS'] ?? 1_000_000);

/** Calls of one round, with a fresh coordinator. */
const callsPerRound = 50_000;
const deathsPerRound = 20;

/** What may be left on the heap after the first round: caches that fill once. A guess. */
const allowedGrowthMb = 16;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Megabytes on the heap, and what is open. */
function measure(): { heapMb: number; handleCount: number } {
  collectGarbage();
  const { heapUsed } = process.memoryUsage();
  return { heapMb: heapUsed / 2 ** 20, handleCount: process.getActiveResourcesInfo().length };
}

async function runRound(round: number): Promise<string[]> {
  const coordinator = await Coordinator.start({ loops: 4 });
  const options = {
    seed: seed + round * 1_000,
    callCount: callsPerRound,
    deathCount: deathsPerRound,
  };
  const { complaints, deathCount, outcomes } = await wreakChaos(coordinator, options);
  await coordinator.shutdown();
  const { pendingCount } = coordinator.stats();
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`round ${round}: ${deathCount} deaths, ${counts.join(', ')}`);
  return pendingCount === 0 ? [...complaints] : [...complaints, `${pendingCount} still pending`];
}

console.log(`seed ${seed}: bring it back with SEED=${seed} npm run soak`);
const complaints: string[] = [];
let before: ReturnType<typeof measure> | null = null;
for (let round = 0; round < Math.ceil(callCount / callsPerRound); round += 1) {
  complaints.push(...(await runRound(round)));
  before ??= measure();
}
const after = measure();
const growthMb = after.heapMb - (before?.heapMb ?? 0);
console.log(`heap: ${growthMb.toFixed(1)} MB more than after the first round`);
console.log(`open: ${after.handleCount} handles, ${before?.handleCount} after the first round`);
if (growthMb > allowedGrowthMb) complaints.push('memory has grown');
if (after.handleCount > (before?.handleCount ?? 0)) complaints.push('handles were left open');
for (const complaint of complaints) console.log(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;
