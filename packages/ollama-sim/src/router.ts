import type { SimContext } from './context.ts';
import { ApiError, type Exchange, sendJson, sendText } from './http.ts';
import { chat } from './routes/chat.ts';
import { listRequests, postFaults, postRelease, postReset } from './routes/control.ts';
import { embed } from './routes/embed.ts';
import { generate } from './routes/generate.ts';
import { ps, show, tags } from './routes/models.ts';
import { pull } from './routes/pull.ts';

// The release of Ollama whose behaviour is followed; clients may look at it for features.
const OLLAMA_VERSION = '0.13.0';

type Route = (context: SimContext, exchange: Exchange) => void | Promise<void>;
type Methods = Readonly<Partial<Record<string, Route>>>;

const isRunning: Route = (_context, { response }) => sendText(response, 200, 'Ollama is running');
const version: Route = (_context, { response }) => sendJson(response, 200, { version: OLLAMA_VERSION });

const OLLAMA_ROUTES = new Map<string, Methods>([
  ['/', { GET: isRunning, HEAD: isRunning }],
  ['/api/version', { GET: version, HEAD: version }],
  ['/api/tags', { GET: tags, HEAD: tags }],
  ['/api/ps', { GET: ps }],
  ['/api/show', { POST: show }],
  ['/api/pull', { POST: pull }],
  ['/api/chat', { POST: chat }],
  ['/api/generate', { POST: generate }],
  ['/api/embed', { POST: embed }],
]);

const CONTROL_ROUTES = new Map<string, Methods>([
  ['/_sim/requests', { GET: listRequests }],
  ['/_sim/release', { POST: postRelease }],
  ['/_sim/reset', { POST: postReset }],
  ['/_sim/faults', { POST: postFaults }],
]);

/** Answers one request. Never rejects: what goes wrong becomes the answer, or ends with the connection. */
export async function handle(context: SimContext, exchange: Exchange): Promise<void> {
  try {
    await route(context, exchange);
  } catch (error) {
    if (error instanceof ApiError) {
      sendJson(exchange.response, error.status, { error: error.message });
    } else if (!exchange.signal.aborted) {
      sendJson(exchange.response, 500, { error: 'internal error' });
    }
  } finally {
    // A body that no route has read would keep the connection from its next request.
    exchange.request.resume();
  }
}

async function route(context: SimContext, exchange: Exchange): Promise<void> {
  const [path = '/'] = (exchange.request.url ?? '/').split('?');
  const control = context.config.control ? CONTROL_ROUTES.get(path) : undefined;
  if (control === undefined && strikeServerFault(context, exchange)) {
    return;
  }
  const methods = control ?? OLLAMA_ROUTES.get(path);
  const found = methods?.[exchange.request.method ?? ''];
  if (methods === undefined) {
    sendText(exchange.response, 404, '404 page not found');
  } else if (found === undefined) {
    sendText(exchange.response, 405, '405 method not allowed');
  } else {
    await found(context, exchange);
  }
}

/** Returns whether the request has met its fate. */
function strikeServerFault(context: SimContext, exchange: Exchange): boolean {
  switch (context.serverFault) {
    case 'none':
      return false;
    case 'refuse':
      throw new ApiError(503, 'server busy, please try again.  maximum pending requests exceeded');
    case 'reset':
      exchange.request.socket.resetAndDestroy();
      return true;
    case 'hang':
      return true;
    default:
      return context.serverFault satisfies never;
  }
}
