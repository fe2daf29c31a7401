/**
 * The inside of a channel between threads: bytes are put in and taken out, tasks wait, ends close.
 *
 * In shared memory; any thread. Beside the common words (`shared-object.ts`): whether it is closed
 * and why, two lines, and a ring of values. A sender waits in its line for room, a receiver in the
 * other one for a value. Whoever is let on has a place or a value set aside, and takes it when it
 * goes on; so what a cancelled task or a dead thread does not take is there for the next.
 *
 * A row's mark says that its thread sends, or receives. The channel is closed before the last mark
 * goes.
 */
import { ChannelClosedError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { lineWordCount } from './line.js';
import type { Held, Line } from './line.js';
import { bear, commonWordCount, SharedObject } from './shared-object.js';
import type { Birth } from './shared-object.js';
import { Turn } from './turn.js';
import { ringWordCount, ValueRing, writeRingSize } from './value-ring.js';
import type { RingSize } from './value-ring.js';

const closing = commonWordCount;
const closedBy = commonWordCount + 1;
const senderStart = commonWordCount + 4;
const receiverStart = senderStart + lineWordCount;
const ringStart = receiverStart + lineWordCount;

// Why it was closed.
const open = 0;
const byCall = 1;
const noSender = 2;
const noReceiver = 3;

/** What a thread does at a channel. */
export type ChannelRole = 'sender' | 'receiver';

/** Fresh memory for a channel. */
export function bearChannel(size: RingSize): Birth {
  const birth = bear(ringStart + ringWordCount(size), size.byteCapacity);
  writeRingSize(new Int32Array(birth.memory), ringStart, size);
  return birth;
}

/** A channel of bytes. */
export abstract class ByteChannel extends SharedObject {
  protected readonly senders: Line;
  protected readonly receivers: Line;
  protected readonly ring: ValueRing;

  protected constructor(birth: Birth) {
    super(birth);
    this.ring = new ValueRing(this.words, ringStart);
    this.senders = this.line(senderStart, (need, held) => this.#hasRoom(need, held));
    this.receivers = this.line(receiverStart, (_need, held) => this.#hasValue(held));
  }

  /** Whether it takes no more values. Those that are in it can still be received. */
  get closed(): boolean {
    return Atomics.load(this.words, closing) !== open;
  }

  /** Ends the channel, for good, in all threads. Values that are in it can still be received. */
  close(): void {
    this.inside(() => this.#close(byCall, this.member.life));
  }

  /** Counts this thread as a sender or a receiver before it has sent or received anything. */
  attach(role: ChannelRole): void {
    this.inside(() => this.#lineOf(role).setMark(1));
  }

  /** This thread sends, or receives, no more. The last one closes the channel. */
  detach(role: ChannelRole): void {
    this.inside(() => {
      const { life } = this.member;
      const line = this.#lineOf(role);
      const marked = line.marked();
      if (!marked.includes(life)) return;
      if (marked.length === 1) this.#close(reasonOf[role], life);
      line.setMark(0);
    });
  }

  /** Puts a value in; `false` when there is no room, or others came before. */
  protected putNow(bytes: Uint8Array): boolean {
    return this.inside(() => {
      this.#assertOpen();
      this.senders.setMark(1);
      if (!this.senders.tryTake(bytes.length)) return false;
      this.#putHeld(bytes);
      return true;
    });
  }

  /** Puts a value in once there is room. */
  protected *putLater(bytes: Uint8Array): Coroutine<void> {
    const turn = new SendTurn(bytes.length, this.turnFuture());
    yield* this.waitFor(turn, () => this.senders.join(turn));
    this.inside(() => this.#putHeld(bytes));
  }

  /** As `putLater`, and blocks the thread; `false` when the time is over before. */
  protected putSync(bytes: Uint8Array, timeoutMs: number): boolean {
    const turn = new SendTurn(bytes.length, null);
    if (!this.blockFor(turn, () => this.senders.join(turn), timeoutMs)) return false;
    this.inside(() => this.#putHeld(bytes));
    return true;
  }

  /** Takes the oldest value out; `null` when there is none, or others came before. */
  protected takeNow(): Uint8Array | null {
    return this.inside(() => {
      this.receivers.setMark(1);
      return this.receivers.tryTake(1) ? this.#takeHeld() : null;
    });
  }

  /** Takes the oldest value out once there is one. */
  protected *takeLater(): Coroutine<Uint8Array> {
    const turn = new Turn(1, this.turnFuture());
    yield* this.waitFor(turn, () => this.receivers.join(turn));
    return this.inside(() => this.#takeHeld());
  }

  /** As `takeLater`, and blocks the thread; `null` when the time is over before. */
  protected takeSync(timeoutMs: number): Uint8Array | null {
    const turn = new Turn(1, null);
    if (!this.blockFor(turn, () => this.receivers.join(turn), timeoutMs)) return null;
    return this.inside(() => this.#takeHeld());
  }

  protected override clearDead(): void {
    const { table } = this.member;
    for (const role of ['sender', 'receiver'] as const) {
      const line = this.#lineOf(role);
      line.clearDead((life, _heldCount, isMarked) => {
        const isLast = !line.marked().some((other) => table.isAlive(other));
        if (isMarked && isLast) this.#close(reasonOf[role], life);
      });
    }
  }

  protected override settle(): void {
    this.senders.settle();
    this.receivers.settle();
  }

  protected override giveUp(turn: Turn): void {
    this.#lineOf(turn instanceof SendTurn ? 'sender' : 'receiver').leave(turn);
  }

  #lineOf(role: ChannelRole): Line {
    return role === 'sender' ? this.senders : this.receivers;
  }

  /** After the end all are let on, to hear of it. */
  #hasRoom(need: number, held: Held): boolean {
    const { length, byteLength, capacity, byteCapacity } = this.ring;
    const fits = length + held.count < capacity && byteLength + held.need + need <= byteCapacity;
    return fits || this.closed;
  }

  #hasValue(held: Held): boolean {
    const { length } = this.ring;
    return length > held.count || (length === 0 && this.closed);
  }

  /** The place was set aside. */
  #putHeld(bytes: Uint8Array): void {
    try {
      this.#assertOpen();
      this.ring.put(bytes);
    } finally {
      this.senders.giveBack(bytes.length);
    }
  }

  /** The value was set aside; none is there when the channel is closed. */
  #takeHeld(): Uint8Array {
    try {
      if (this.ring.length === 0) this.#assertOpen();
      return this.ring.take();
    } finally {
      this.receivers.giveBack(1);
    }
  }

  #close(reason: number, life: number): void {
    if (this.closed) return;
    Atomics.store(this.words, closedBy, life);
    Atomics.store(this.words, closing, reason);
  }

  #assertOpen(): void {
    const reason = Atomics.load(this.words, closing);
    if (reason === open) return;
    const name = this.member.table.nameOf(Atomics.load(this.words, closedBy));
    const by = `thread '${name}'`;
    if (reason === byCall) throw new ChannelClosedError(`Channel was closed by ${by}`);
    const role = reason === noSender ? 'sender' : 'receiver';
    throw new ChannelClosedError(`Channel is closed: its last ${role}, ${by}, is gone`);
  }
}

const reasonOf = { sender: noSender, receiver: noReceiver } as const;

/** Waits for room. */
class SendTurn extends Turn {}
