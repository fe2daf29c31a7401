/**
 * An object of another thread's loop, in types: what `RemoteLoop.proxy()` gives.
 *
 * Types only. They follow Comlink's, with three things more: members of members are typed, results
 * are futures of ours, and nothing of the DOM's types is needed. The symbols are Comlink's; as
 * values they come from `threadloop/comlink`.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Suspension } from '../loop/coroutine.js';
import type { ConcurrentFuture } from './concurrent-future.js';
import type { AnyFunction, RemoteParameters, RemoteResult } from './remote-function.js';

/** Marks values that travel as proxies: see `proxy()`. */
export declare const proxyMarker: unique symbol;
/** The method of a proxy by which this side lets go of it. */
export declare const releaseProxy: unique symbol;
/** The method of a proxy that makes one more port to the same object. */
export declare const createEndpoint: unique symbol;
/** The method of an exposed object that hears when a proxy of it has ended. */
export declare const finalizer: unique symbol;
/** Exists for the compiler only. */
declare const origin: unique symbol;

/** A value that travels as a proxy, instead of being copied. */
export interface ProxyMarked {
  readonly [proxyMarker]: true;
}

/** An object, function or class of another loop. Wait for whatever is asked of it. */
export type Remote<T> = RemoteMembers<T> & RemoteCalls<T> & ProxyMethods<T>;

/** What every proxy has beside the members of its object. */
export interface ProxyMethods<T> extends Disposable {
  readonly [origin]: T;
  /** Lets go of the object: calls that are not answered fail with ProxyReleasedError. */
  [releaseProxy](): void;
  /** A port that speaks Comlink's protocol, for `wrap` of Comlink in any thread. */
  [createEndpoint](): ConcurrentFuture<MessagePort>;
}

/** The members of a remote object. */
export type RemoteMembers<T> = {
  readonly [K in keyof T as K extends symbol | 'prototype' ? never : K]: RemoteMember<T[K]>;
};

type RemoteMember<V> = V extends AnyFunction | AnyClass
  ? RemoteMembers<V> & RemoteCalls<V>
  : RemoteValue<Delivered<Awaited<V>>> & (V extends object ? RemoteMembers<V> : unknown);

/** Is read by waiting for it: `await` in an async function, `yield*` in a coroutine. */
export interface RemoteValue<T> extends PromiseLike<T> {
  [Symbol.iterator](): Iterator<Suspension, T, unknown>;
}

type AnyClass = abstract new (...args: never[]) => unknown;

type RemoteCalls<T> = (T extends AnyFunction
  ? (...args: RemoteArguments<RemoteParameters<T>>) => ConcurrentFuture<Delivered<RemoteResult<T>>>
  : unknown) &
  (T extends new (...args: infer A) => infer Instance
    ? new (...args: RemoteArguments<A>) => ConcurrentFuture<Remote<Instance>>
    : unknown);

/** Where the far side gets a proxy, this side passes what it stands for, or a proxy it has. */
type RemoteArguments<A extends readonly unknown[]> = {
  [I in keyof A]: A[I] extends { readonly [origin]: infer T } ? (T & ProxyMarked) | A[I] : A[I];
};

/** How a value arrives: as a copy, unless it was marked. */
type Delivered<V> = V extends ProxyMarked ? Remote<Omit<V, typeof proxyMarker>> : V;
