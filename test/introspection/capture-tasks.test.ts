import {
  captureTasks,
  type Coroutine,
  formatTaskTable,
  formatTaskTree,
  gather,
  sleep,
  type TaskSnapshot,
  taskGroup,
  type TasksSnapshot,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, virtualLoop } from '../loop/fixtures.js';

function* fetchPage(): Coroutine<void> {
  yield* sleep(50);
}

function* crawl(): Coroutine<void> {
  yield* fetchPage();
}

function byName(snapshot: TasksSnapshot): Record<string, TaskSnapshot> {
  return Object.fromEntries(snapshot.tasks.map((task) => [task.name, task]));
}

describe('captureTasks()', () => {
  test('tells of each task where it stands, what it waits for and who waits for it', async () => {
    const loop = virtualLoop();
    const snapshot = await loop.runUntilComplete(async () => {
      const children = [
        loop.createTask(crawl(), { name: 'a' }),
        loop.createTask(crawl(), { name: 'b' }),
        loop.createTask(
          async function download() {
            await sleep(50);
          },
          { name: 'c' },
        ),
      ];
      void loop.createTask(
        (function* parent(): Coroutine<void> {
          yield* gather(children);
        })(),
        { name: 'parent' },
      );
      await sleep(1);
      children[1]?.cancel();
      return captureTasks();
    });
    const { a, b, c, parent } = byName(snapshot);
    expect(snapshot.threadId).toBe(0);
    expect(snapshot.tasks).toHaveLength(5);
    expect(a).toMatchObject({ state: 'pending', waitsFor: ['<SleepFuture pending>'] });
    expect(a?.stack.map(({ functionName }) => functionName)).toEqual(['fetchPage', 'crawl']);
    expect(a?.stack[0]).toMatchObject({ kind: 'coroutine', line: expect.any(Number) as number });
    expect(a?.stack[0]?.file).toMatch(/capture-tasks\.test\.ts$/);
    expect(b?.state).toBe('cancelling');
    expect(c?.stack).toEqual([
      { functionName: 'download', file: null, line: null, column: null, kind: 'async function' },
    ]);
    for (const task of [a, b, c]) expect(task?.awaitedBy).toEqual([parent?.id]);
    expect(parent?.awaitedBy).toEqual([]);
    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test('gives a task the same id every time, and no two the same', async () => {
    const loop = virtualLoop();
    const [first, second] = await loop.runUntilComplete(async () => {
      for (let index = 0; index < 5; index += 1) void loop.createTask(crawl());
      const before = captureTasks();
      await sleep(1);
      return [before, captureTasks()] as const;
    });
    const ids = first.tasks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
    expect(second.tasks.map(({ id }) => id)).toEqual(ids);
  });

  test('sees the loops of the thread, or those that it is given', async () => {
    const [loop, other] = [virtualLoop(), hostLoop()];
    void other.createTask(crawl(), { name: 'elsewhere' });
    const [own, given] = await loop.runUntilComplete(async () => [
      captureTasks(),
      captureTasks([other, other]),
    ]);
    expect(own?.tasks).toHaveLength(1);
    expect(given?.tasks.map(({ name, stack }) => [name, stack])).toEqual([['elsewhere', []]]);
    expect(captureTasks([])).toEqual({ threadId: 0, tasks: [] });
  });

  test('makes what tables and trees are printed from', async () => {
    const loop = virtualLoop();
    function* parent(): Coroutine<void> {
      yield* taskGroup((group) => {
        void group.createTask(crawl(), { name: 'a' });
        void group.createTask(crawl(), { name: 'b' });
      });
    }
    async function main(): Promise<TasksSnapshot> {
      void loop.createTask(parent(), { name: 'parent' });
      await sleep(1);
      return captureTasks();
    }
    const snapshot = await loop.runUntilComplete(loop.createTask(main, { name: 'main' }));
    expect(formatTaskTree(snapshot).replaceAll(/ \/\S+:\d+/g, '')).toBe(
      [
        '└── (T) main',
        '    └──  main',
        '└── (T) parent',
        '    └──  parent',
        '        ├── (T) a',
        '        │   └──  crawl',
        '        │       └──  fetchPage',
        '        └── (T) b',
        '            └──  crawl',
        '                └──  fetchPage',
      ].join('\n'),
    );
    expect(formatTaskTable(snapshot)).toMatch(/fetchPage -> crawl .* parent +0x/);
  });
});
