/**
 * The contender Piscina: a pool of one thread, everything else as it comes.
 * Takes calls through an atomic counter and a port.
 */
import { Piscina } from 'piscina';
import type { Contender } from './contender.js';

const filename = new URL('./piscina-worker.js', import.meta.url).href;

/** One thread, everything else as it comes. */
export async function startPiscina(): Promise<Contender> {
  const pool = new Piscina<number, number>({ filename, minThreads: 1, maxThreads: 1 });
  await pool.run(0);
  return { name: 'piscina', call: (value) => pool.run(value), close: () => pool.close() };
}
