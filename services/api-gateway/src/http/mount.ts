import { AppError, toAppError, toProblem, validationError } from '@chatbot/errors';
import {
  type AccessTokenVerifier,
  bearerToken,
  createRequestContext,
  type Logger,
  noTracing,
  type RequestContext,
  type SpanOutcome,
  type Tracing,
  traceIdOf,
} from '@chatbot/service-kit';
import type { NextFunction, Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { GatewayMetrics } from '../metrics.ts';
import type { LimitScope } from '../rate-limits.ts';
import type { Until } from '../turns/caller.ts';
import { withinDeadline } from './deadline.ts';
import type { Answer, HttpDeps, Route } from './route.ts';

export type MountDeps = {
  http: HttpDeps;
  accessTokens: AccessTokenVerifier;
  logger: Logger;
  metrics: GatewayMetrics;
  tracing: Tracing;
};

/** What the middleware of a request leaves for those after it. */
type Locals = { context: RequestContext; startedAtMs: number; route?: string; userId?: string };

/** Gives every request its ids, logs and measures its end and traces what is asked of the API. First in the chain. */
export function observeRequests({ logger, metrics, tracing }: Pick<MountDeps, 'logger' | 'metrics' | 'tracing'>) {
  return (request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
    const { method } = request;
    const headers = { requestId: request.get('x-request-id'), traceparent: request.get('traceparent') };
    // Probes and files are asked for often and say little.
    const { enter } = request.path.startsWith('/api/') ? tracing : noTracing;
    const span = enter(headers, { name: method, kind: 'server', attributes: { 'http.request.method': method } });
    const { context } = span;
    Object.assign(response.locals, { context, startedAtMs: performance.now() });
    response.set({ 'x-request-id': context.requestId, traceparent: context.traceparent });
    response.on('close', () => {
      const { route = 'other', userId, startedAtMs } = response.locals;
      const durationMs = performance.now() - startedAtMs;
      const status = response.writableFinished ? response.statusCode : 499;
      span.end(outcomeOf({ method, route, status }));
      metrics.httpDuration.observe({ method, route, status: String(status) }, durationMs / 1000);
      if (route === 'static' || route === 'operations') return;
      const line = { requestId: context.requestId, traceId: traceIdOf(context), method, route, status };
      logger.info(
        { ...line, durationMs: Math.round(durationMs * 10) / 10, ...(userId === undefined ? {} : { userId }) },
        'finished',
      );
    });
    next();
  };
}

/** What a span says of an answer. The route is known only now; an answer that was not sent to its end (499) has no status. */
function outcomeOf({ method, route, status }: { method: string; route: string; status: number }): SpanOutcome {
  return {
    ...(route === 'other' ? {} : { name: `${method} ${route}` }),
    attributes: {
      ...(route === 'other' ? {} : { 'http.route': route }),
      ...(status === 499 ? {} : { 'http.response.status_code': status }),
    },
    ...(status >= 500 ? { error: { type: String(status), isFault: true } } : {}),
  };
}

/** Mounts the routes: limit, access, input, handler, answer, in this order for every one of them. */
export function mount(router: Router, routes: readonly Route[], deps: MountDeps): void {
  for (const route of routes) {
    router[route.method](route.path, (request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
      response.locals.route = `/api/v1${route.path}`;
      answer(route, { request, response, deps }).catch(next);
    });
  }
}

type Exchange = { request: Request; response: Response<unknown, Locals>; deps: MountDeps };

async function answer(route: Route, exchange: Exchange) {
  const { response, deps } = exchange;
  const { readDeadlineMs: deadlineMs } = deps.http;
  const result = hasDeadline(route)
    ? await withinDeadline({ response, deadlineMs }, (until) => handle(route, exchange, until))
    : await handle(route, exchange, {});
  if (result === undefined) return;
  response.status(result.status);
  if (result.body === undefined) response.end();
  else response.set('cache-control', 'no-store').json(result.body);
}

/** What is read can be asked for again. What changes something is not given up because of who waits for it: each call has its own time. */
function hasDeadline({ method, openEnded }: Route): boolean {
  return method === 'get' && openEnded !== true;
}

async function handle(route: Route, exchange: Exchange, until: Until): Promise<Answer> {
  const { request, response, deps } = exchange;
  const { context } = response.locals;
  const { limits } = deps.http;
  if (route.limit !== 'messages') await limits.consume({ scope: route.limit, key: request.ip ?? 'unknown', context });
  const access = await authorize(route, exchange);
  if (route.access === 'user')
    await limits.consume({ scope: accountScope(route), key: access.identity.userId, context });
  return route.handle(deps.http, {
    identity: access.identity,
    caller: { context, accessToken: access.accessToken, ...until },
    until,
    context,
    request,
    response,
    params: parse(route.params, request.params),
    query: parse(route.query, request.query),
    body: parse(route.body, request.body),
  });
}

async function authorize(route: Route, { request, response, deps }: Exchange) {
  if (route.access === 'anyone') return { identity: nobody, accessToken: '' };
  const accessToken = bearerToken(request.headers.authorization);
  const identity = await deps.accessTokens.verify(accessToken);
  response.locals.userId = identity.userId;
  return { identity, accessToken: accessToken ?? '' };
}

function accountScope({ limit }: Route): LimitScope {
  return limit === 'messages' ? 'messages' : 'account-requests';
}

/** The types keep handlers of public routes from reading an identity. */
const nobody = Object.freeze({ userId: '', sessionId: '', role: 'user' as const, tokenVersion: 0, expiresAtMs: 0 });

function parse(schema: z.ZodType | undefined, input: unknown): undefined {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(input);
  if (!result.success) throw validationError(result.error);
  // The route's own types say what this is; here it is only handed on.
  return result.data as undefined;
}

/** Answers every error as application/problem+json. Last in the chain. */
export function answerProblems({ logger }: Pick<MountDeps, 'logger'>) {
  return (thrown: unknown, _request: Request, response: Response<unknown, Locals>, next: NextFunction) => {
    const error = fromMiddleware(thrown);
    const { requestId } = response.locals.context ?? createRequestContext();
    if (error.reason === 'INTERNAL') logger.error({ requestId, err: error.cause ?? error }, 'request failed');
    // A stream that has begun can only be cut.
    if (response.headersSent) return next(thrown);
    const problem = toProblem(error, requestId);
    if (problem.retryAfterSeconds !== undefined) response.set('retry-after', String(problem.retryAfterSeconds));
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** Errors of Express and its body parser carry a status and a type. */
function fromMiddleware(thrown: unknown): AppError {
  if (thrown instanceof AppError || !(thrown instanceof Error) || !('status' in thrown)) return toAppError(thrown);
  switch (thrown.status) {
    case 413:
      return new AppError('PAYLOAD_TOO_LARGE', { cause: thrown });
    case 415:
      return new AppError('UNSUPPORTED_MEDIA_TYPE', { cause: thrown });
    case 400:
      return new AppError('VALIDATION_FAILED', { detail: 'The request cannot be read', cause: thrown });
    case 403:
    case 404:
      // Of files: a path that leads out of their folder is as good as one to nowhere.
      return new AppError('ROUTE_NOT_FOUND', { cause: thrown });
    default:
      return toAppError(thrown);
  }
}
