// Scenarios about tasks and waits, each in both kinds of task: once as coroutines, and once, under
// its number with a `b`, as async functions that take the same steps with `await`.

import { type Coroutine, currentTask, sleep, type Task, type TaskFunction } from 'threadloop';
import { scenario, type ScenarioOptions, type Stage } from './scenario.js';

/** Makes work for `createTask` or `run` of the steps of a coroutine. */
type MakeWork = <T>(steps: () => Coroutine<T>) => Coroutine<T> | TaskFunction<T>;

/** What the body of such a scenario works with. */
export interface StageOfBothKinds extends Stage {
  readonly work: MakeWork;
}

/** As `scenario`, twice. */
export function scenarioInBothKinds(
  id: string,
  title: string,
  body: (stage: StageOfBothKinds) => unknown,
  { notOn = {} }: ScenarioOptions = {},
): void {
  scenario(id, title, (stage) => body({ ...stage, work: (steps) => steps() }), { notOn });
  const asAsync: MakeWork = (steps) => async () => await takeSteps(steps());
  scenario(`${id}b`, `${title} (async functions)`, (stage) => body({ ...stage, work: asAsync }), {
    notOn: { ...notOn, blocking: 'it runs coroutines only' },
  });
}

/** The task that the calling code runs in. */
export function ownTask(): Task<unknown> {
  const task = currentTask();
  if (task === null) throw new Error('no task runs');
  return task;
}

async function takeSteps<T>(coroutine: Coroutine<T>): Promise<T> {
  let step = coroutine.next();
  while (step.done !== true) {
    try {
      // What a coroutine hands to its loop is the future that it waits for, or `null` for a tick.
      await ((step.value as unknown as PromiseLike<unknown> | null) ?? sleep(0));
    } catch (error) {
      step = coroutine.throw(error);
      continue;
    }
    step = coroutine.next();
  }
  return step.value;
}
