/**
 * Scenarios about task groups: each is played by both kinds of task, with ordinary and with eager
 * tasks, as asyncio's own suite does.
 */
import { eagerTaskFactory, ExceptionGroup, sleep } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { taskScenario, type TaskStage, thrownBy } from './task-scenario.js';

/** Plays a scenario twice: asyncio's own suite has each for both kinds of task factory. */
export function groupScenario(
  id: string,
  title: string,
  steps: (stage: TaskStage, isEager: boolean) => Script<unknown>,
): void {
  taskScenario(id, title, function* (stage) {
    yield* steps(stage, false);
    stage.loop.setTaskFactory(eagerTaskFactory);
    yield* steps(stage, true);
  });
}

/** The errors of the group that the steps throw. */
export function* errorsOf(steps: () => Script<unknown>): Script<unknown[]> {
  const thrown = yield* thrownBy(steps);
  expect(thrown).toBeInstanceOf(ExceptionGroup);
  expect((thrown as ExceptionGroup).message).toBe('unhandled errors in a TaskGroup');
  return (thrown as ExceptionGroup).errors;
}

/** Sleeps, and gives a value. */
export function* sleepAndGive<T>(delayMs: number, value: T): Script<T> {
  return yield* on(sleep(delayMs, value));
}

/** Sleeps, and throws an error. */
export function* sleepAndThrow(delayMs: number, error: unknown): Script<never> {
  yield* on(sleep(delayMs));
  throw error;
}
