/**
 * Measures one contender of one row: `child.js calls/round-trip piscina quick`.
 * A fresh process for each, so that no contender runs on what another has compiled, allocated or
 * left open. The last line that it prints is the figures as JSON.
 */
import { type Row, sizeOf } from './row.js';

const [, , id, name, mode] = process.argv;
const { row } = (await import(new URL(`./${id}.js`, import.meta.url).href)) as { row: Row };
const contender = row.contenders[name ?? ''];
if (typeof contender !== 'function') {
  throw new Error(`${id} has no contender '${name}' to run here`);
}
const figures = await contender(sizeOf(mode === 'quick'));
// What is still open, threads above all, is the system's to clear away.
process.stdout.write(`\n${JSON.stringify(figures)}\n`, () => process.exit());
