import type { ServiceDefinition } from '@grpc/grpc-js';
import type { z } from 'zod';
import type { Identity } from '../access-token.ts';
import type { RequestContext } from '../request-context.ts';
import type { ServiceName } from '../service-name.ts';
import type { MethodName, ResponseInput } from './types.ts';

/** The call that a handler answers. */
export type RpcCall = {
  readonly context: RequestContext;
  /** Aborts when the caller cancels or its deadline passes. */
  readonly signal: AbortSignal;
};

/** What a caller says while it is answered. */
export type LaterRequests<Later> = {
  /** Tells each request after the first one, once it has come. For one listener. */
  onLater(listener: (request: Later) => void): void;
};

/** A call on behalf of a signed-in user. */
export type UserRpcCall = RpcCall & { readonly identity: Identity };

/**
 * For whom a call is made: `anyone` (before sign-in), `user` (a valid access token; act for its user alone), or `service`
 * (the calling service itself). There is no default: an rpc cannot be registered without a rule. Which services may call is said beside it.
 */
export type RpcAccess = 'anyone' | 'user' | 'service';

type CallOf<Access extends RpcAccess> = Access extends 'user' ? UserRpcCall : RpcCall;

export type UnaryRpc<Response> = {
  readonly kind: 'unary';
  readonly access: RpcAccess;
  readonly callers: readonly ServiceName[] | undefined;
  readonly routine: boolean;
  handle(request: unknown, call: UserRpcCall): Promise<Response>;
  readonly input: z.ZodType;
};

export type StreamRpc<Response> = {
  readonly kind: 'stream';
  readonly access: RpcAccess;
  readonly callers: readonly ServiceName[] | undefined;
  readonly routine: false;
  handle(request: unknown, call: UserRpcCall & LaterRequests<unknown>): AsyncIterable<Response>;
  readonly input: z.ZodType;
  /** What the caller may send after its first request; absent where that is the only one. */
  readonly later: z.ZodType | undefined;
};

/** The handlers of a whole service, by method name. */
export type RpcHandlers<Definition extends ServiceDefinition> = {
  readonly [Name in MethodName<Definition>]:
    | UnaryRpc<ResponseInput<Definition[Name]>>
    | StreamRpc<ResponseInput<Definition[Name]>>;
};

type UnaryOptions<Access extends RpcAccess, Input, Response> = {
  access: Access;
  /** The services that may call this rpc, when they are others than the server's `callers`. */
  callers?: readonly ServiceName[];
  /** Narrows the request; what it refuses is answered with VALIDATION_FAILED. */
  input: z.ZodType<Input>;
  /** It is called every few seconds, whatever people do: as long as it goes well, its log line is at level debug. Default false. */
  routine?: boolean;
  handle: (input: Input, call: CallOf<Access>) => Promise<Response>;
};

type StreamOptions<Access extends RpcAccess, Input, Response> = {
  access: Access;
  callers?: readonly ServiceName[];
  input: z.ZodType<Input>;
  handle: (input: Input, call: CallOf<Access>) => AsyncIterable<Response>;
};

type DuplexOptions<Access extends RpcAccess, Input, Later, Response> = {
  access: Access;
  callers?: readonly ServiceName[];
  /** Narrows the first request. */
  input: z.ZodType<Input>;
  /** Narrows the ones after it; one that it refuses ends the call with VALIDATION_FAILED. */
  later: z.ZodType<Later>;
  handle: (input: Input, call: CallOf<Access> & LaterRequests<Later>) => AsyncIterable<Response>;
};

// The server parses `input` (and `later`) and checks `access` before it calls `handle`; the casts say just that.

/** One request, one response. */
export function unary<Access extends RpcAccess, Input, Response>(
  options: UnaryOptions<Access, Input, Response>,
): UnaryRpc<Response> {
  return {
    kind: 'unary',
    access: options.access,
    callers: options.callers,
    routine: options.routine ?? false,
    input: options.input,
    handle: (request, call) => options.handle(request as Input, call as CallOf<Access>),
  };
}

/** One request, a stream of responses. The iterator is returned from when the caller goes away. */
export function serverStream<Access extends RpcAccess, Input, Response>(
  options: StreamOptions<Access, Input, Response>,
): StreamRpc<Response> {
  return {
    kind: 'stream',
    access: options.access,
    callers: options.callers,
    routine: false,
    input: options.input,
    later: undefined,
    handle: (request, call) => options.handle(request as Input, call as CallOf<Access>),
  };
}

/** Like serverStream, and the caller may say more while it is answered. */
export function duplex<Access extends RpcAccess, Input, Later, Response>(
  options: DuplexOptions<Access, Input, Later, Response>,
): StreamRpc<Response> {
  return {
    kind: 'stream',
    access: options.access,
    callers: options.callers,
    routine: false,
    input: options.input,
    later: options.later,
    handle: (request, call) => options.handle(request as Input, call as CallOf<Access> & LaterRequests<Later>),
  };
}
