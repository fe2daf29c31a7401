import {
  AwaitCycleError,
  captureCallGraph,
  captureTasks,
  type Coroutine,
  currentTask,
  formatCallGraph,
  formatTaskTree,
  type Future,
  type FutureCallGraph,
  gather,
  InvalidArgumentError,
  NoRunningLoopError,
  printCallGraph,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait,
  waitFor,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { kindsOfWork } from '../loop/kinds-of-work.js';

function* child(delayMs = 50): Coroutine<void> {
  yield* sleep(delayMs);
}

function names(graph: FutureCallGraph | null): string[] {
  return graph === null ? [] : graph.callStack.map(({ functionName }) => functionName);
}

function awaiterNames(future: Future<unknown>): string[] {
  const awaitedBy = captureCallGraph(future)?.awaitedBy ?? [];
  return awaitedBy.map((graph) => (graph.future as Task<unknown>).getName());
}

function* just<T>(awaitable: Iterable<unknown>): Coroutine<T> {
  return yield* awaitable as Coroutine<T>;
}

/** Ways in which a task can wait for another one. */
const waysToWait: readonly (readonly [string, (task: Task<void>) => Iterable<unknown>])[] = [
  ['the task itself', (task) => task],
  ['gather', (task) => gather([task, sleep(5)])],
  ['gather inside gather', (task) => gather([gather([task])])],
  ['wait', (task) => wait([task])],
  ['shield', (task) => shield(task)],
  ['waitFor', (task) => waitFor(task, 1_000)],
  ['a timeout', (task) => timeout(1_000, () => just(task))],
  ['a timeout with an async body', (task) => timeout(1_000, async () => await task)],
];

describe('captureCallGraph()', () => {
  for (const [kind, make] of kindsOfWork) {
    test.for(waysToWait)(`finds who waits through %s, in ${kind}`, async ([, toWait]) => {
      const loop = virtualLoop();
      const task = loop.createTask(child(), { name: 'child' });
      function* waiting(): Coroutine<void> {
        yield* just(toWait(task));
      }
      const waiter = loop.createTask(make(waiting), { name: 'waiter' });
      await loop.runUntilComplete(child(1));
      expect(awaiterNames(task)).toEqual(['waiter']);
      await loop.runUntilComplete(waiter);
      expect(awaiterNames(task)).toEqual([]);
    });

    test(`finds the parent of a group that waits for its tasks, in ${kind}`, async () => {
      const loop = virtualLoop();
      const tasks: Task<void>[] = [];
      function* parent(): Coroutine<void> {
        yield* taskGroup((group) => {
          for (const delayMs of [10, 20]) tasks.push(group.createTask(child(delayMs)));
        });
      }
      const waiter = loop.createTask(make(parent), { name: 'parent' });
      await loop.runUntilComplete(child(1));
      expect(tasks.map(awaiterNames)).toEqual([['parent'], ['parent']]);
      await loop.runUntilComplete(child(10));
      expect(tasks.map(awaiterNames)).toEqual([[], ['parent']]);
      await loop.runUntilComplete(waiter);
    });
  }

  test('gives the stack of a task that waits, innermost frame first', async () => {
    const loop = virtualLoop();
    function* outer(): Coroutine<void> {
      yield* child();
    }
    const task = loop.createTask(outer());
    await loop.runUntilComplete(child(1));
    const graph = captureCallGraph(task);
    expect(graph?.future).toBe(task);
    expect(names(graph)).toEqual(['child', 'outer']);
    expect(graph?.awaitedBy).toEqual([]);
  });

  test('takes plain futures, which have no stack', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<void>();
    void loop.createTask(just(future), { name: 'one' });
    void loop.createTask(just(future), { name: 'two' });
    await loop.runUntilComplete(child(1));
    const graph = captureCallGraph(future);
    expect(graph?.callStack).toEqual([]);
    expect(graph?.awaitedBy.map(names)).toEqual([['just'], ['just']]);
    expect(formatCallGraph(future)).toMatch(/^\* Future\(id=0x[0-9a-f]+\)\n {2}\+ Awaited by:/);
  });

  test('of the running task begins at the caller, or further out', async () => {
    const loop = virtualLoop();
    const graphs: (FutureCallGraph | null)[] = [];
    function capture(depth?: number): void {
      graphs.push(captureCallGraph(null, depth === undefined ? {} : { depth }));
      graphs.push(captureCallGraph(currentTask(), depth === undefined ? {} : { depth }));
    }
    function* main(): Coroutine<void> {
      yield* child(1);
      capture();
      capture(2);
      capture(5);
    }
    await loop.runUntilComplete(main());
    expect(graphs.map(names)).toEqual([
      ['capture', 'main'],
      ['capture', 'main'],
      ['main'],
      ['main'],
      [],
      [],
    ]);
  });

  test.for([
    [null, ['c3', 'c2', 'c1']],
    [2, ['c2', 'c1']],
    [-2, ['c3', 'c2']],
    [9, ['c3', 'c2', 'c1']],
    [-9, ['c3', 'c2', 'c1']],
    [0, []],
  ] as const)('with the limit %s keeps the frames %s', async ([limit, expected]) => {
    const loop = virtualLoop();
    let running: FutureCallGraph | null = null;
    function* c3(): Coroutine<void> {
      yield* sleep(10);
      running = captureCallGraph(null, { limit });
    }
    function* c2(): Coroutine<void> {
      yield* c3();
    }
    function* c1(): Coroutine<void> {
      yield* c2();
    }
    const task = loop.createTask(c1());
    await loop.runUntilComplete(child(1));
    expect(names(captureCallGraph(task, { limit }))).toEqual(expected);
    await loop.runUntilComplete(task);
    expect(names(running)).toEqual(expected);
  });

  test('cuts rings of waits open', async () => {
    const loop = virtualLoop();
    const tasks: Task<void>[] = [];
    function* waitForOther(index: number): Coroutine<void> {
      yield* tasks[index] as Task<void>;
    }
    tasks.push(loop.createTask(waitForOther(1)), loop.createTask(waitForOther(0)));
    await loop.runUntilComplete(child(1));
    const [one, two] = tasks;
    const graph = captureCallGraph(one);
    expect(graph?.awaitedBy[0]?.future).toBe(two);
    expect(graph?.awaitedBy[0]?.awaitedBy[0]?.future).toBe(one);
    expect(graph?.awaitedBy[0]?.awaitedBy[0]?.awaitedBy).toEqual([]);
    expect(formatCallGraph(one).split('* Task')).toHaveLength(4);
    expect(() => formatTaskTree(captureTasks([loop]))).toThrow(AwaitCycleError);
    expect(captureTasks([loop]).tasks[0]?.waitsFor[0]).toContain('wait_for=...');
  });

  test('gives null in a plain callback, where no task runs', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    loop.callSoon(() => seen.push(captureCallGraph(), formatCallGraph()));
    await loop.runUntilComplete(child(1));
    expect(seen).toEqual([null, '']);
  });

  test('outside of a loop needs a future', () => {
    expect(() => captureCallGraph()).toThrow(NoRunningLoopError);
    expect(() => captureCallGraph()).toThrow(/outside of a running event loop and no future/);
  });

  test.for([
    ['no future', () => captureCallGraph({} as never), /does not appear to be compatible with Fut/],
    [
      'a limit of half a frame',
      () => captureCallGraph(null, { limit: 0.5 }),
      /limit must be a who/,
    ],
    ['a depth that is no number', () => captureCallGraph(null, { depth: NaN }), /depth must be/],
  ] as const)('refuses %s', ([, call, message]) => {
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(message);
  });
});

describe('printCallGraph()', () => {
  test("writes asyncio's text", async () => {
    const loop = virtualLoop();
    const texts: string[] = [];
    function* outer(): Coroutine<void> {
      yield* loop.createTask(child(), { name: "child's" });
    }
    const task = loop.createTask(outer(), { name: 'outer' });
    await loop.runUntilComplete(child(1));
    const [inner] = task.awaits();
    printCallGraph(inner, { write: (text) => texts.push(text) });
    expect(texts).toEqual([formatCallGraph(inner)]);
    const file = String.raw`File '.*call-graph\.test\.ts', line \d+`;
    const lines = [
      String.raw`\* Task\(name="child's", id=0x[0-9a-f]+\)`,
      String.raw`  \+ Call stack:`,
      String.raw`  \|   ${file}, in async child\(\)`,
      String.raw`  \+ Awaited by:`,
      String.raw`    \* Task\(name='outer', id=0x[0-9a-f]+\)`,
      String.raw`      \+ Call stack:`,
      String.raw`      \|   ${file}, in async outer\(\)`,
    ];
    expect(texts[0]).toMatch(new RegExp(`^${lines.join('\n')}$`));
  });

  test('leaves out stacks with the limit 0', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(child());
    await loop.runUntilComplete(child(1));
    expect(formatCallGraph(task, { limit: 0 })).toMatch(/^\* Task\(name='Task-\d+', id=0x\w+\)$/);
  });
});
