import type { Identity, Logger, RequestContext } from '@chatbot/service-kit';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { AccessWatch } from '../access-watch.ts';
import type { Clients } from '../clients/clients.ts';
import type { FollowDeps } from '../generation/follow.ts';
import type { ImportGate } from '../imports/import-gate.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { LimitScope, RateLimits } from '../rate-limits.ts';
import type { SessionClock } from '../sockets/session-clock.ts';
import type { Caller, Until } from '../turns/caller.ts';
import type { TurnDeps } from '../turns/post-turn.ts';
import type { OpenStreams } from './open-streams.ts';

export type HttpDeps = TurnDeps &
  FollowDeps & {
    clients: Clients;
    limits: RateLimits;
    /** By when what is read is answered, in milliseconds. */
    readDeadlineMs: number;
    quotas: Quotas;
    logger: Logger;
    cookies: { secure: boolean };
    sessions: SessionClock;
    access: AccessWatch;
    streams: OpenStreams;
    imports: ImportGate;
  };

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A call by anyone, or by the signed-in user whose bearer token it carries. */
export type Access = 'anyone' | 'user';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets: parsed input, who asks, and the raw request for what is not input (cookies, streams). */
export type RouteCall<Params extends Shape, Query extends Shape, Body extends Shape> = {
  readonly params: Parsed<Params>;
  readonly query: Parsed<Query>;
  readonly body: Parsed<Body>;
  readonly context: RequestContext;
  /** For calls to services that are not made on the caller's behalf. */
  readonly until: Until;
  readonly request: Request;
  readonly response: Response;
};

export type UserRouteCall<Params extends Shape, Query extends Shape, Body extends Shape> = RouteCall<
  Params,
  Query,
  Body
> & {
  readonly identity: Identity;
  readonly caller: Caller;
};

/** What a route answers with; `undefined` when the handler has written the response itself. */
export type Answer = { readonly status: number; readonly body?: unknown } | undefined;

export type Route = {
  readonly method: Method;
  /** Express syntax, below /api/v1. */
  readonly path: string;
  readonly access: Access;
  readonly limit: LimitScope;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  /** The handler reads the body itself, as it comes in. */
  readonly rawBody?: true | undefined;
  /** The handler writes the response itself, for as long as there is something to write. Every other GET has a deadline. */
  readonly openEnded?: true | undefined;
  /** Answers by status, for the OpenAPI document. */
  readonly responses: Readonly<Record<number, { description: string; schema?: z.ZodType }>>;
  handle(deps: HttpDeps, call: UserRouteCall<Shape, Shape, Shape>): Promise<Answer>;
};

type RouteOptions<A extends Access, Params extends Shape, Query extends Shape, Body extends Shape> = Omit<
  Route,
  'access' | 'limit' | 'params' | 'query' | 'body' | 'handle'
> & {
  access: A;
  limit?: LimitScope;
  params?: Params;
  query?: Query;
  body?: Body;
  handle: (
    deps: HttpDeps,
    call: A extends 'user' ? UserRouteCall<Params, Query, Body> : RouteCall<Params, Query, Body>,
  ) => Promise<Answer>;
};

/**
 * One route: the server, the OpenAPI document and the access matrix are made from it. mount() checks access and parses the input before it
 * calls `handle`; the cast says just that.
 */
export function defineRoute<
  A extends Access,
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
>(options: RouteOptions<A, Params, Query, Body>): Route {
  return { ...options, limit: options.limit ?? 'requests', handle: options.handle as Route['handle'] };
}

/** Lists of items, a page at a time. */
export function pageOf<Item>(items: Item[], nextCursor: string): { items: Item[]; nextCursor: string | null } {
  return { items, nextCursor: nextCursor === '' ? null : nextCursor };
}
