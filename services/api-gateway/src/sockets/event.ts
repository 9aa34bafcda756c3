import type { Identity, RequestContext } from '@chatbot/service-kit';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import type { AccessWatch } from '../access-watch.ts';
import type { Clients } from '../clients/clients.ts';
import type { FollowDeps } from '../generation/follow.ts';
import type { Following } from '../generation/tail.ts';
import type { Presence } from '../presence.ts';
import type { RateLimits } from '../rate-limits.ts';
import type { Caller } from '../turns/caller.ts';
import type { TurnDeps } from '../turns/post-turn.ts';

/** What a connection remembers. */
export type SocketState = {
  identity: Identity;
  accessToken: string;
  /** The generations that this socket follows, by id. */
  readonly followings: Map<string, Following>;
  /** The conversations that it has open, by id, the one that was opened first before the others. */
  readonly opened: Map<string, { close(): void }>;
  /** Events that are being answered; they never reject. */
  readonly answering: Set<Promise<void>>;
};

export type ClientSocket = Socket<Record<string, never>, Record<string, never>, Record<string, never>, SocketState>;

export type EventDeps = TurnDeps &
  FollowDeps & {
    clients: Clients;
    limits: RateLimits;
    access: AccessWatch;
    presence: Presence;
    /** Renews the identity of a socket in place. Throws TOKEN_INVALID for another user's token. */
    renew(socket: ClientSocket, token: string): Promise<void>;
  };

export type EventCall = {
  readonly socket: ClientSocket;
  readonly caller: Caller;
  readonly userId: string;
  readonly context: RequestContext;
};

/** One client event: its name, the shape of its payload, and what answers it. The return value is the ack's data. */
export type ClientEvent = {
  readonly name: string;
  handle(deps: EventDeps, payload: unknown, call: EventCall): Promise<unknown>;
  readonly input: z.ZodType;
};

/** The payload is parsed by `input` before `handle` sees it; what it refuses is acked with VALIDATION_FAILED. */
export function defineEvent<Input>(event: {
  name: string;
  input: z.ZodType<Input>;
  handle: (deps: EventDeps, input: Input, call: EventCall) => Promise<unknown>;
}): ClientEvent {
  return {
    name: event.name,
    input: event.input,
    handle: (deps, payload, call) => event.handle(deps, payload as Input, call),
  };
}
