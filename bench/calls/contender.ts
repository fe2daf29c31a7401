/**
 * What the benchmark needs of a library: one thread, and a call to it.
 * Start-up is done when a contender exists.
 */
export interface Contender {
  readonly name: string;
  readonly call: (value: number) => PromiseLike<number>;
  readonly close: () => unknown;
}
