/**
 * Scenarios about tasks, written once and played by both kinds of task: `A-117` as coroutines over
 * every kind of loop, `A-117b` as async functions over those that Node's promises go on beside.
 * Where asyncio's own number ends in a letter, the second half is called `A-149b-async`.
 *
 * The steps of a scenario are those of its main task. They are a script, as in `test/sync`: what
 * they wait for is handed out with `yield* on(…)`.
 */
import {
  type Coroutine,
  type EventLoop,
  sleep,
  type Task,
  type TaskFunction,
  type TaskOptions,
} from 'threadloop';
import { asyncFunctions, coroutines, type Kind, on, type Script } from '../sync/both-kinds.js';
import { type LoopKind, scenario, type ScenarioOptions, type Stage } from './scenario.js';

/** What the steps of a scenario work with. */
export interface TaskStage {
  readonly kind: LoopKind;
  /** Whether the scripts are played as async functions. */
  readonly isAsync: boolean;
  readonly loop: EventLoop;
  readonly newLoop: () => EventLoop;
  /** Makes work for a task, or the body of a block, of a script. */
  readonly play: <T>(script: () => Script<T>) => () => Coroutine<T>;
  /** Starts a script as a task of its own. */
  readonly start: <T>(script: () => Script<T>, options?: TaskOptions) => Task<T>;
}

const coroutinesOnly = 'it runs coroutines only';

/** Declares a scenario in both kinds. What the steps throw fails it. */
export function taskScenario(
  id: string,
  title: string,
  steps: (stage: TaskStage) => Script<unknown>,
  { notOn = {} }: ScenarioOptions = {},
): void {
  scenario(id, title, (stage) => perform(stage, coroutines, steps), { notOn });
  const second = /[a-z]$/.test(id) ? `${id}-async` : `${id}b`;
  scenario(second, `${title} (async functions)`, (s) => perform(s, asyncFunctions, steps), {
    notOn: { ...notOn, blocking: coroutinesOnly },
  });
}

async function perform(
  { kind, newLoop, run }: Stage,
  taskKind: Kind,
  steps: (stage: TaskStage) => Script<unknown>,
): Promise<void> {
  const loop = newLoop();
  const isAsync = taskKind === asyncFunctions;
  // The types say coroutine for both: what waits for them takes promises as well.
  const play = <T>(script: () => Script<T>) => taskKind.play(script) as () => Coroutine<T>;
  const workOf = <T>(script: () => Script<T>): Coroutine<T> | TaskFunction<T> => {
    const fn = play(script);
    return isAsync ? () => fn() : fn();
  };
  const start: TaskStage['start'] = (script, options) => loop.createTask(workOf(script), options);
  const main = workOf(() => steps({ kind, isAsync, loop, newLoop, play, start }));
  await run(main as Coroutine<unknown>, loop);
}

/** What the steps throw; an error of its own when they throw nothing. */
export function* thrownBy(steps: () => Script<unknown>): Script<unknown> {
  let value: unknown;
  try {
    value = yield* steps();
  } catch (error) {
    return error;
  }
  throw new Error(`nothing was thrown, but ${String(value)} returned`);
}

/** A script of a single wait. */
export function waiting<T>(makeWait: () => Parameters<typeof on<T>>[0]): () => Script<T> {
  return () => on(makeWait());
}

/** One tick; a millisecond for async functions, which hear of it only later. */
export function* tick({ isAsync }: TaskStage): Script<void> {
  yield* on(sleep(isAsync ? 1 : 0));
}
