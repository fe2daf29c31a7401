/** asyncio's test_graph: who stands where, and who waits for whom. */
import {
  captureCallGraph,
  type Coroutine,
  type EventLoop,
  formatCallGraph,
  type FutureCallGraph,
  getRunningLoop,
  sleep,
  Task,
  taskGroup,
} from 'threadloop';
import { expect } from 'vitest';
import { keepRows, scenario } from '../conformance/scenario.js';

keepRows('call-graph');

/** A graph as asyncio's own tests write it: label, stack, awaiters. */
type Outline = [label: string, stack: string[], awaitedBy: Outline[]];

function outline({ future, callStack, awaitedBy }: FutureCallGraph): Outline {
  const label = future instanceof Task ? future.getName() : 'future';
  const stack = callStack.map(({ functionName }) => functionName);
  return [label, stack, awaitedBy.map(outline).sort(([a], [b]) => (a < b ? -1 : 1))];
}

scenario(
  'A-172',
  'the graph of a task shows its stack, and the stack of whoever waits for it',
  async ({ newLoop, run }) => {
    let graph: FutureCallGraph | null = null;
    function* inner(): Coroutine<void> {
      yield* sleep(0);
      graph = captureCallGraph();
    }
    function* c1(): Coroutine<void> {
      yield* inner();
    }
    function* c2(): Coroutine<void> {
      yield* getRunningLoop().createTask(c1(), { name: 'there there' });
    }
    function* main(): Coroutine<void> {
      yield* c2();
    }
    const loop = newLoop();
    await run(loop.createTask(main(), { name: 'main' }), loop);
    expect(outline(graph as unknown as FutureCallGraph)).toEqual([
      'there there',
      ['inner', 'c1'],
      [['main', ['c2', 'main'], []]],
    ]);
  },
);

scenario(
  'A-174',
  'a child of a task group is awaited by the parent and by its siblings',
  async ({ newLoop, run }) => {
    let graph: FutureCallGraph | null = null;
    let text = '';
    function c5(): void {
      graph = captureCallGraph();
      text = formatCallGraph();
    }
    function* c4(): Coroutine<void> {
      yield* sleep(0);
      c5();
    }
    function* c3(): Coroutine<void> {
      yield* c4();
    }
    function* c2(): Coroutine<void> {
      yield* c3();
    }
    function* c1(task: Task<void>): Coroutine<void> {
      yield* task;
    }
    function* main(): Coroutine<void> {
      yield* taskGroup((group) => {
        const task = group.createTask(c2(), { name: 'c2_root' });
        void group.createTask(c1(task), { name: 'sub_main_1' });
        void group.createTask(c1(task), { name: 'sub_main_2' });
      });
    }
    const loop = newLoop();
    await run(loop.createTask(main(), { name: 'main' }), loop);
    const parent: Outline = ['main', ['main'], []];
    expect(outline(graph as unknown as FutureCallGraph)).toEqual([
      'c2_root',
      ['c5', 'c4', 'c3', 'c2'],
      [parent, ['sub_main_1', ['c1'], [parent]], ['sub_main_2', ['c1'], [parent]]],
    ]);
    expect(text).toContain(' in async c1()');
    expect(text).toMatch(/line \d+, in c5\(\)/);
  },
);

scenario(
  'A-176',
  'a frame inside an async generator is labelled so',
  async ({ newLoop, run }) => {
    const texts: string[] = [];
    async function nested(): Promise<void> {
      await sleep(0);
      texts.push(formatCallGraph());
    }
    async function* generate(): AsyncGenerator<number> {
      yield 0;
      await nested();
      yield 1;
      texts.push(formatCallGraph());
    }
    async function main(): Promise<void> {
      for await (const _each of generate());
    }
    const loop: EventLoop = newLoop();
    await run(main, loop);
    const [whileNested = '', atTheEnd = ''] = texts;
    const functions = [...whileNested.matchAll(/ in (.*)\(\)/g)].map(([, name]) => name);
    expect(functions).toEqual(['async nested', 'async generator generate', 'async main']);
    expect(atTheEnd).toMatch(/line \d+, in async generator generate\(\)/);
  },
  { notOn: { blocking: 'async generators need native promises' } },
);
