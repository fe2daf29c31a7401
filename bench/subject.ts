/**
 * The threadloop under test: this checkout's, or the build that `BENCH_SUBJECT` leads to, which is
 * how two commits are compared with one and the same benchmark. On every thread.
 */
import type * as Threadloop from 'threadloop';

const root = process.env['BENCH_SUBJECT'] ?? new URL('../../', import.meta.url).href;

/** The package. */
export const threadloop = (await import(
  new URL('dist/src/index.js', root).href
)) as typeof Threadloop;
