// From one library to another by way of a loop: a cancel on one side reaches the other.

import { Effect } from 'effect';
import { run as runOperation, sleep as sleepOperation, type Operation } from 'effection';
import { firstValueFrom, Observable, timer } from 'rxjs';
import { run } from 'threadloop';
import * as effect from 'threadloop/effect';
import * as effection from 'threadloop/effection';
import * as rxjs from 'threadloop/rxjs';
import { describe, expect, test } from 'vitest';

describe('fromAwaitable() of one library and toFuture() of another', () => {
  test('make an Effect of an Observable; its interruption unsubscribes', () =>
    run(async () => {
      let isObserved = false;
      const numbers = new Observable<number>((subscriber) => {
        isObserved = true;
        subscriber.next(1);
        return () => {
          isObserved = false;
        };
      });
      const program = effect.fromAwaitable(() => rxjs.toFuture(numbers));
      const limited = program.pipe(Effect.timeoutOption('5 millis'));
      const ended = Effect.runPromise(limited);
      expect(isObserved).toBe(true);
      expect(await ended).toMatchObject({ _tag: 'None' });
      expect(isObserved).toBe(false);
    }));

  test('make an Observable of an Effect; unsubscribing interrupts', () =>
    run(async () => {
      const interrupted = new Promise<string>((resolve) => {
        const program = Effect.never.pipe(
          Effect.onInterrupt(() => Effect.sync(() => resolve('yes'))),
        );
        const subscription = rxjs.fromAwaitable(() => effect.toFuture(program)).subscribe();
        setTimeout(() => subscription.unsubscribe(), 5);
      });
      expect(await interrupted).toBe('yes');
      const value = rxjs.fromAwaitable(() => effect.toFuture(Effect.succeed(3)));
      expect(await firstValueFrom(value)).toBe(3);
    }));

  test('make an operation of an Effect; a halt interrupts, and waits', () =>
    run(async () => {
      const log: string[] = [];
      const program = Effect.never.pipe(
        Effect.onInterrupt(() =>
          Effect.sleep('5 millis').pipe(Effect.andThen(Effect.sync(() => log.push('finalized')))),
        ),
      );
      const task = runOperation(() => effection.fromAwaitable(() => effect.toFuture(program)));
      await firstValueFrom(timer(5));
      await task.halt();
      expect(log).toEqual(['finalized']);
    }));

  test('make an Effect of an operation; an interruption halts, and waits', () =>
    run(async () => {
      const log: string[] = [];
      const operation = function* (): Operation<void> {
        try {
          yield* sleepOperation(1e6);
        } finally {
          yield* sleepOperation(5);
          log.push('halted');
        }
      };
      const program = effect.fromAwaitable(() => effection.toFuture(operation));
      await Effect.runPromise(program.pipe(Effect.timeoutOption('5 millis')));
      expect(log).toEqual(['halted']);
    }));
});
