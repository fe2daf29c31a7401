import {
  type Coroutine,
  CancelledError,
  currentTask,
  eagerTaskFactory,
  sleep,
  type StackFrame,
  type Task,
  timeout,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import {
  collectGarbage,
  outcomeOf,
  recordConsole,
  recordReports,
  virtualLoop,
} from './fixtures.js';

function* inner(delayMs = 50): Coroutine<void> {
  yield* sleep(delayMs);
}

function* middle(delayMs = 50): Coroutine<void> {
  const list = [yield* inner(delayMs)];
  list.pop();
}

function names(frames: readonly StackFrame[]): string[] {
  return frames.map(({ functionName }) => functionName);
}

function linesOf(task: Task<unknown>, limit: number | null = null): string[] {
  const texts: string[] = [];
  task.printStack({ limit, write: (text) => texts.push(text) });
  expect(texts).toHaveLength(1);
  return (texts[0] ?? '').split('\n');
}

// Comes first: the tests below leave tasks behind, which finalizers would report here.
describe('looking at a task', () => {
  test('does not make its error count as retrieved', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    await loop.runUntilComplete(async () => {
      const task = loop.createTask(
        (function* failing(): Coroutine<void> {
          throw new RangeError('nobody saw it');
        })(),
      );
      await sleep(1);
      task.getStack();
      linesOf(task);
    });
    await collectGarbage();
    await collectGarbage();
    expect(reports.map(({ message }) => message)).toEqual(['Task exception was never retrieved']);
  });
});

describe('getStack() of a task', () => {
  test('that has not begun is empty; of a function it is the name', () => {
    const loop = virtualLoop();
    expect(loop.createTask(inner()).getStack()).toEqual([]);
    const [frame] = loop.createTask(async function work() {}).getStack();
    const nowhere = { file: null, line: null, column: null };
    expect(frame).toEqual({ functionName: 'work', kind: 'async function', ...nowhere });
    const [anonymous] = loop.createTask(() => inner()).getStack();
    expect(anonymous).toEqual({ functionName: '<anonymous>', kind: 'function', ...nowhere });
  });

  test('that runs now is the stack of the call, down to its step', async () => {
    const loop = virtualLoop();
    const stacks: StackFrame[][] = [];
    function look(): void {
      stacks.push(currentTask()?.getStack() ?? []);
    }
    function* nested(): Coroutine<void> {
      [1].forEach(look);
      yield* sleep(1);
      look();
    }
    function* main(): Coroutine<void> {
      yield* nested();
    }
    await loop.runUntilComplete(main());
    expect(stacks.map(names)).toEqual([
      ['main', 'nested', 'look'],
      ['main', 'nested', 'look'],
    ]);
    const kindsOfFrames = stacks[0]?.map(({ kind }) => kind);
    expect(kindsOfFrames).toEqual(['coroutine', 'coroutine', 'function']);
  });

  test('that runs an async function now is the stack of the call', async () => {
    const loop = virtualLoop();
    const stacks: StackFrame[][] = [];
    async function nested(): Promise<void> {
      stacks.push(currentTask()?.getStack() ?? []);
      await sleep(1);
      stacks.push(currentTask()?.getStack() ?? []);
    }
    async function main(): Promise<void> {
      await nested();
    }
    await loop.runUntilComplete(main);
    expect(stacks.map(names)).toEqual([
      ['main', 'nested'],
      ['main', 'nested'],
    ]);
    expect(stacks.flat().every(({ kind }) => kind === 'async function')).toBe(true);
  });

  test('whose async body runs now goes on with the coroutine around it', async () => {
    const loop = virtualLoop();
    let stack: StackFrame[] = [];
    async function body(): Promise<void> {
      await sleep(1);
      stack = currentTask()?.getStack() ?? [];
    }
    function* main(): Coroutine<void> {
      yield* timeout(100, body);
    }
    await loop.runUntilComplete(main());
    expect(names(stack)).toEqual(['main', 'body']);
  });

  test('that waits in an async function is its name', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async function download() {
      await sleep(50);
    });
    await loop.runUntilComplete(sleepOneTick());
    expect(names(task.getStack())).toEqual(['download']);
    expect(task.getStack()[0]?.file).toBeNull();
  });

  test('that was started eagerly has the frames of its own code alone', async () => {
    const loop = virtualLoop();
    loop.setTaskFactory(eagerTaskFactory);
    let stack: StackFrame[] = [];
    function* child(): Coroutine<void> {
      stack = currentTask()?.getStack() ?? [];
      yield* inner();
    }
    function* main(): Coroutine<void> {
      const task = loop.createTask(child());
      expect(names(task.getStack())).toEqual(['child', 'inner']);
      yield* task;
    }
    await loop.runUntilComplete(main());
    expect(names(stack)).toEqual(['child']);
  });

  test('that failed is where its error was made, within a limit the oldest frames', async () => {
    const loop = virtualLoop();
    function* failing(): Coroutine<void> {
      yield* sleep(1);
      throw new RangeError('too\n    at far (away.js:1:2)');
    }
    function* main(): Coroutine<void> {
      yield* failing();
    }
    const task = loop.createTask(main());
    await outcomeOf(task);
    expect(names(task.getStack())).toEqual(['main', 'failing']);
    expect(names(task.getStack({ limit: 1 }))).toEqual(['main']);
    expect(linesOf(task, 1).slice(1)).toEqual([
      expect.stringMatching(/^ {2}File '.*', line \d+, in async main\(\)$/),
      'RangeError: too',
      '    at far (away.js:1:2)',
    ]);
  });

  test('that failed with anything else than an error is empty', async () => {
    const loop = virtualLoop();
    function* failing(): Coroutine<void> {
      throw 'a text';
    }
    const task = loop.createTask(failing());
    await outcomeOf(task);
    expect(task.getStack()).toEqual([]);
    expect(linesOf(task)).toEqual([`No stack for ${task.toString()}`, "'a text'"]);
  });

  test('that ended well or was cancelled is empty', async () => {
    const loop = virtualLoop();
    const [good, cancelled] = [loop.createTask(inner(1)), loop.createTask(inner())];
    cancelled.cancel();
    await loop.runUntilComplete(inner(5));
    expect([good.getStack(), cancelled.getStack()]).toEqual([[], []]);
    expect(() => cancelled.result()).toThrow(CancelledError);
  });
});

describe('printStack()', () => {
  test('prints the frames, most recent call last', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(middle(), { name: 'walker' });
    await loop.runUntilComplete(sleepOneTick());
    expect(linesOf(task)).toEqual([
      `Stack for ${task.toString()} (most recent call last):`,
      expect.stringMatching(/^ {2}File '.*-task\.test\.ts', line \d+, in async middle\(\)$/),
      expect.stringMatching(/^ {2}File '.*-task\.test\.ts', line \d+, in async inner\(\)$/),
    ]);
    expect(linesOf(task, 1)).toHaveLength(2);
    expect(linesOf(task, 0)).toEqual([`No stack for ${task.toString()}`]);
  });

  test('says of an async function what it waits for', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async function download() {
      await Promise.all([sleep(50), loop.createFuture<void>()]);
    });
    expect(linesOf(task).slice(1)).toEqual(['  async function download']);
    await loop.runUntilComplete(sleepOneTick());
    expect(linesOf(task).slice(1)).toEqual([
      '  async function download, waits for <SleepFuture pending>, <Future pending>',
    ]);
  });

  test('prints to standard error unless told otherwise', () => {
    const lines = recordConsole();
    const task = virtualLoop().createTask(inner());
    task.printStack();
    expect(lines).toEqual([`No stack for ${task.toString()}`]);
  });
});

describe('getCoro()', () => {
  test('gives the coroutine until the task is done', async () => {
    const loop = virtualLoop();
    const coroutine = inner(1);
    const task = loop.createTask(coroutine);
    expect(task.getCoro()).toBe(coroutine);
    await loop.runUntilComplete(task);
    expect(task.getCoro()).toBeNull();
  });

  test('gives null for an async function, and for what ended in its first step', async () => {
    const loop = virtualLoop();
    function* nothing(): Coroutine<void> {}
    const coros = await loop.runUntilComplete(async () => {
      const task = currentTask();
      return [task?.getCoro(), loop.createTask(nothing(), { eager: true }).getCoro()];
    });
    expect(coros).toEqual([null, null]);
  });
});

function* sleepOneTick(): Coroutine<void> {
  yield* sleep(0);
}
