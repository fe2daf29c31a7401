// Writes down what a link hears, one text per event, in order of arrival.

import { decodeError } from '#src/wire/error-codec.js';
import type { LinkListener } from '#src/wire/link.js';
import { Operation, type CallKind, type FunctionAddress } from '#src/wire/message.js';

/** What a link heard. */
export class RecordingListener implements LinkListener {
  /** `call 1 tally(2, 3)`, `result 1 5`, `error 1 TypeError: no`, `notice ready null`, … */
  readonly events: string[] = [];
  /** Of all posts and calls, as they came. */
  readonly addresses: FunctionAddress[] = [];
  /** Errors that came, and those of what could not be sent. */
  readonly errors: unknown[] = [];

  onCall(
    kind: CallKind,
    id: number,
    _rank: number,
    address: FunctionAddress,
    args: unknown[],
  ): void {
    this.addresses.push(address);
    const texts = args.map((arg) => JSON.stringify(arg)).join(', ');
    const name = kind === Operation.Post ? 'post' : 'call';
    this.events.push(`${name} ${id} ${address.name}(${texts})`);
  }

  hasRoom(): boolean {
    return true;
  }

  onCancel(id: number, message: string | undefined): void {
    this.events.push(`cancel ${id} ${message}`);
  }

  onResult(id: number, value: unknown): void {
    this.events.push(`result ${id} ${JSON.stringify(value)}`);
  }

  onError(id: number, error: Parameters<typeof decodeError>[0]): void {
    const decoded = decodeError(error);
    this.errors.push(decoded);
    this.events.push(`error ${id} ${String(decoded)}`);
  }

  onNotice(subject: string, body: unknown): void {
    this.events.push(`notice ${subject} ${JSON.stringify(body)}`);
  }

  onUnsendable(id: number, error: Error): void {
    this.errors.push(error);
    this.events.push(`unsendable ${id}`);
  }

  onUnreadable(error: unknown): void {
    this.events.push(`unreadable ${String(error)}`);
  }

  onClosed(): void {
    this.events.push('closed');
  }
}
