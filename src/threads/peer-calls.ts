/**
 * What is asked of another thread: calls, posts and proxies, over whichever link leads to it now.
 * The half of a `Peer` that callers see.
 */
import type { FunctionAddress } from '../wire/message.js';
import type { CallOptions } from './call-options.js';
import type { ConcurrentFuture } from './concurrent-future.js';
import type { Exchange } from './exchange.js';
import { openProxy } from './exposed-objects.js';
import type { RemoteHandle } from './outgoing-calls.js';
import { RemoteCall } from './remote-call.js';

/** Sends calls. */
export abstract class PeerCalls {
  /** @throws the reason for which the peer was closed */
  call(
    address: FunctionAddress,
    args: readonly unknown[],
    options: CallOptions = {},
  ): ConcurrentFuture<unknown> {
    return new RemoteCall<unknown>(address, args, options, this.#send).begin();
  }

  /** @throws the reason for which the peer was closed */
  send(call: RemoteCall<unknown>): void {
    this.linked().send(call);
  }

  /** @throws the reason for which the peer was closed */
  post(
    address: FunctionAddress,
    args: readonly unknown[],
    options: CallOptions = {},
  ): RemoteHandle {
    return this.linked().post(address, args, options);
  }

  /**
   * A proxy of the object that is exposed there under that name.
   *
   * @throws the reason for which the peer was closed
   */
  proxy(name: string, options: CallOptions = {}): unknown {
    return openProxy(name, this.linked(), options);
  }

  /**
   * The link for new calls.
   *
   * @throws the reason for which the peer was closed
   */
  protected abstract linked(): Exchange;

  readonly #send = (call: RemoteCall<unknown>): void => this.send(call);
}
