// What other libraries answered to the same faults: measured once, one worker each, one call at a
// time, a watchdog of 3 s, Node 20.

interface Answer {
  readonly library: string;
  readonly exit: string;
  readonly after: string;
  readonly timer: string;
  readonly rejection: string;
  readonly destroyed: string;
}

const never = '**never settles**';

const answers: readonly Answer[] = [
  {
    library: '**threadloop**',
    exit: 'LoopDiedError, with the exit code',
    after: 'works',
    timer: 'LoopDiedError, with the error as its cause',
    rejection: 'LoopDiedError, with the error as its cause',
    destroyed: 'LoopDiedError',
  },
  {
    library: 'piscina 5.3.2',
    exit: 'rejects, with the exit code',
    after: 'works',
    timer: 'rejects with the error',
    rejection: 'rejects with the error',
    destroyed: 'rejects',
  },
  {
    library: 'tinypool 2.2.0',
    exit: never,
    after: never,
    timer: 'rejects with the error',
    rejection: 'rejects with the error',
    destroyed: 'rejects',
  },
  {
    library: 'workerpool 10.0.3',
    exit: 'rejects',
    after: 'works',
    timer: 'rejects, with the error as its cause',
    rejection: 'rejects',
    destroyed: 'rejects',
  },
  {
    library: 'threads 1.7.0',
    exit: never,
    after: 'not reached',
    timer: never,
    rejection: never,
    destroyed: 'rejects',
  },
  {
    library: 'poolifier 5.3.2',
    exit: never,
    after: 'works',
    timer: never,
    rejection: never,
    destroyed: never,
  },
  {
    library: 'comlink 4.4.2',
    exit: never,
    after: never,
    timer: never,
    rejection: never,
    destroyed: never,
  },
  {
    library: 'jest-worker 30.5.1',
    exit: 'rejects after running it again',
    after: 'works',
    timer: 'rejects, the error is lost',
    rejection: 'rejects, the error is lost',
    destroyed: never,
  },
  {
    library: 'synckit 0.12.3',
    exit: 'throws, with the exit code',
    after: 'throws again, by design',
    timer: 'throws it',
    rejection: 'throws it',
    destroyed: 'no such thing',
  },
  {
    library: 'multithreading 0.3.52',
    exit: never,
    after: never,
    timer: never,
    rejection: never,
    destroyed: never,
  },
  {
    library: 'nanothreads 0.3.9',
    exit: never,
    after: 'not reached',
    timer: `${never}, and main dies`,
    rejection: `${never}, and main dies`,
    destroyed: never,
  },
];

const rows = answers.map(
  ({ library, exit, after, timer, rejection, destroyed }) =>
    `| ${library} | ${exit} | ${after} | ${timer} | ${rejection} | ${destroyed} |`,
);

const head = `| library | \`process.exit()\` in the call | the next call | a throw in a timer \
| an unhandled rejection | ended by its owner |
| --- | --- | --- | --- | --- | --- |`;

/** A section of `docs/faults.md`. */
export const peers: string = `## The same faults elsewhere

A call that runs while its thread is lost, as other libraries answer it; measured with one worker
each on Node 20, where whatever has not settled after 3 s never does.

${[head, ...rows].join('\n')}
`;
