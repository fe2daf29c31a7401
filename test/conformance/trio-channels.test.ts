/** Trio's memory channels: order, ends, fairness, statistics. */
import * as trio from 'threadloop/trio';
import { expect } from 'vitest';
import { keepRows } from './scenario.js';
import { on, type Script, thrownBy, trioScenario } from './trio-scenario.js';

keepRows('trio-channels');

trioScenario('T-25', 'a channel refuses, closes and ends by its rules', function* () {
  const [sender, receiver] = trio.openMemoryChannel<number>(2);
  sender.sendNowait(1);
  yield* on(sender.send(2));
  expect(() => sender.sendNowait(3)).toThrow(trio.WouldBlockError);
  expect(yield* on(receiver.receive())).toBe(1);
  expect(receiver.receiveNowait()).toBe(2);
  expect(() => receiver.receiveNowait()).toThrow(trio.WouldBlockError);
  sender.sendNowait(4);
  sender.close();
  expect(yield* thrownBy(() => on(sender.send(5)))).toBeInstanceOf(trio.ClosedResourceError);
  expect(() => sender.clone()).toThrow(trio.ClosedResourceError);
  expect(yield* on(receiver.receive())).toBe(4);
  expect(yield* thrownBy(() => on(receiver.receive()))).toBeInstanceOf(trio.EndOfChannelError);
  receiver.close();
  expect(() => receiver.receiveNowait()).toThrow(trio.ClosedResourceError);
  for (const size of [1.5, -1, Number.NaN]) {
    expect(() => trio.openMemoryChannel(size)).toThrow('maxBufferSize must be');
  }
});

trioScenario('T-25c', 'who waits at an end hears that it, or the other, is closed', function* (s) {
  const heard: unknown[] = [];
  const keep = (wait: () => Parameters<typeof on>[0]): (() => trio.Coroutine<void>) =>
    s.play(function* () {
      const error = yield* thrownBy(() => on(wait()));
      heard.push((error as Error).name);
    });
  const [sender, receiver] = trio.openMemoryChannel<number>(0);
  const [other, otherReceiver] = trio.openMemoryChannel<number>(0);
  yield* on(
    trio.openNursery((nursery) => {
      nursery.startSoon(keep(() => sender.send(1)));
      nursery.startSoon(keep(() => sender.clone().send(2)));
      nursery.startSoon(keep(() => otherReceiver.receive()));
      return s.play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        sender.close();
        yield* on(trio.checkpoint());
        receiver.close();
        other.close();
      })();
    }),
  );
  expect(heard.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
    'BrokenResourceError',
    'ClosedResourceError',
    'EndOfChannelError',
  ]);
});

trioScenario('T-26', 'a channel ends with its last clone, and feeds all', function* (stage) {
  const { play, playWith } = stage;
  const [sender, receiver] = trio.openMemoryChannel<number>(0);
  const produce = playWith(function* (own: typeof sender, first: number): Script<void> {
    for (let item = first; item < first + 3; item += 1) yield* on(own.send(item));
    own.close();
  });
  const received: number[] = [];
  yield* on(
    trio.openNursery((nursery) => {
      for (let first = 0; first < 30; first += 3) nursery.startSoon(produce, sender.clone(), first);
      sender.close();
      return play(function* () {
        const end = yield* thrownBy(function* () {
          for (;;) received.push(yield* on(receiver.receive()));
        });
        expect(end).toBeInstanceOf(trio.EndOfChannelError);
      })();
    }),
  );
  expect(received.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  const counts = [0, 0, 0, 0, 0];
  const [feeder, mouth] = trio.openMemoryChannel<number>(0);
  const consume = playWith(function* (own: typeof mouth, index: number): Script<void> {
    yield* thrownBy(function* () {
      for (;;) {
        yield* on(own.receive());
        counts[index] = (counts[index] ?? 0) + 1;
      }
    });
  });
  yield* on(
    trio.openNursery((nursery) => {
      for (let index = 0; index < 5; index += 1) nursery.startSoon(consume, mouth.clone(), index);
      return play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        for (let item = 0; item < 10; item += 1) yield* on(feeder.send(item));
        feeder.close();
      })();
    }),
  );
  expect(counts.every((count) => count > 0)).toBe(true);
  expect(counts.reduce((a, b) => a + b)).toBe(10);
});

trioScenario('T-28', 'who waits owns the next value, and a cancel takes nothing', function* (s) {
  const [sender, receiver] = trio.openMemoryChannel<number>(1);
  const got: number[] = [];
  yield* on(
    trio.openNursery((nursery) => {
      nursery.startSoon(
        s.play(function* () {
          got.push(yield* on(receiver.receive()));
        }),
      );
      return s.play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        sender.sendNowait(2);
        expect(() => receiver.receiveNowait()).toThrow(trio.WouldBlockError);
      })();
    }),
  );
  expect(got).toEqual([2]);
  sender.sendNowait(3);
  yield* on(
    trio.openNursery((nursery) => {
      nursery.startSoon(s.play(() => on(sender.send(4))));
      return s.play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        expect(receiver.receiveNowait()).toBe(3);
        expect(() => sender.sendNowait(5)).toThrow(trio.WouldBlockError);
      })();
    }),
  );
  expect(receiver.receiveNowait()).toBe(4);
  yield* on(
    trio.moveOnAfter(
      10,
      s.play(() => on(receiver.receive())),
    ),
  );
  sender.sendNowait(6);
  expect(yield* on(receiver.receive())).toBe(6);
});

trioScenario('T-29', 'a channel counts what it holds and who waits', function* ({ play }) {
  const [sender, receiver] = trio.openMemoryChannel<null>(2);
  sender.sendNowait(null);
  sender.sendNowait(null);
  const clone = sender.clone();
  expect(sender.statistics()).toMatchObject({ openSendChannels: 2, currentBufferUsed: 2 });
  clone.close();
  yield* on(
    trio.openNursery((nursery) => {
      for (let count = 0; count < 2; count += 1) {
        nursery.startSoon(play(() => on(sender.send(null))));
      }
      return play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        expect(receiver.statistics()).toMatchObject({ openSendChannels: 1, tasksWaitingSend: 2 });
        nursery.cancelScope.cancel();
      })();
    }),
  );
  receiver.receiveNowait();
  receiver.receiveNowait();
  expect(sender.statistics()).toEqual({
    currentBufferUsed: 0,
    maxBufferSize: 2,
    peakBufferUsed: 2,
    openSendChannels: 1,
    openReceiveChannels: 1,
    tasksWaitingSend: 0,
    tasksWaitingReceive: 0,
  });
});
