import { AppError, toProblem } from '@chatbot/errors';
import type { Identity } from '@chatbot/service-kit';
import type { Request, Response } from 'express';
import type { AccessWatch } from '../access-watch.ts';
import { type FollowDeps, followGeneration } from '../generation/follow.ts';
import type { SessionClock } from '../sockets/session-clock.ts';
import type { Caller } from '../turns/caller.ts';
import { createEventSink } from './event-sink.ts';
import type { OpenStreams } from './open-streams.ts';

const heartbeatMs = 15_000;

/** Whether the client asks for server-sent events. */
export function wantsStream(request: Request): boolean {
  return request.headers.accept?.includes('text/event-stream') === true;
}

export type StreamDeps = FollowDeps & {
  sessions: SessionClock;
  access: AccessWatch;
  streams: OpenStreams;
};

export type StreamOptions = {
  caller: Caller;
  identity: Identity;
  generationId: string;
  afterSeq: number;
  request: Request;
  response: Response;
  /** Sent before the frames, as an event "turn" without an id. */
  first?: object;
};

/**
 * Answers with the frames of a generation as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): `event` is the
 * frame's type, `id` its seq, `data` the frame as on the socket. Resolves after the end frame, when the client is gone, or when the token or the right to
 * read no longer counts. A reader that has the end frame gets 204. Throws before the first byte when the caller may not read the generation.
 */
export async function streamGeneration(
  deps: StreamDeps,
  { caller, identity, generationId, afterSeq, request, response, first }: StreamOptions,
): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const close = () => resolve();
  const write = (text: string) => {
    if (!response.headersSent) response.writeHead(200, headers);
    response.write(text);
  };
  const fail = (error: AppError) => {
    write(`event: error\ndata: ${JSON.stringify(toProblem(error, caller.context.requestId))}\n\n`);
    close();
  };
  if (first !== undefined) write(`event: turn\ndata: ${JSON.stringify(first)}\n\n`);
  const sinceMs = performance.now();
  const { following, conversationId, isComplete } = await followGeneration(deps, {
    caller,
    generationId,
    afterSeq,
    sink: { ...createEventSink({ response, write, onEnd: close }), failed: fail },
  });
  if (isComplete && !response.headersSent) {
    // The one status that keeps an EventSource from asking again.
    response.writeHead(204).end();
    return;
  }
  if (!response.headersSent) response.writeHead(200, headers).flushHeaders();
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  request.on('close', close);
  response.on('close', close);
  if (isComplete) close();
  using _open = deps.streams.add(close);
  using _watching = deps.sessions.watch({ identity: () => identity, ended: fail });
  using _reading = deps.access.watch(
    { conversationId, userId: identity.userId },
    { sinceMs, revoked: () => fail(new AppError('RESOURCE_NOT_FOUND')) },
  );
  await closed;
  clearInterval(heartbeat);
  following.close();
  response.end();
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
