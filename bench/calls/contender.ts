/** What the benchmark needs of a library: one thread, and a call to it. */
export interface Contender {
  readonly name: string;
  readonly call: (value: number) => PromiseLike<number>;
  readonly close: () => unknown;
}
