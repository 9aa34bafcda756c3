import path from 'node:path';
import { AppError } from '@chatbot/errors';
import cors from 'cors';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { GatewayConfig } from '../config.ts';
import type { OriginCheck } from '../origins.ts';
import { mountDocs } from './docs.ts';
import type { Health } from './health.ts';
import { answerProblems, type MountDeps, mount, observeRequests } from './mount.ts';
import { createOpenApiDocument } from './openapi.ts';
import { routes } from './routes.ts';
import { securityHeaders } from './security-headers.ts';

export type AppOptions = MountDeps & {
  config: GatewayConfig;
  version: string;
  isAllowedOrigin: OriginCheck;
  health: Health;
  /** The JSON Web Key Set of user-service, as text. */
  readJwks: () => Promise<string>;
};

/** A message may be 100,000 characters of up to four bytes, escaped. */
const bodyLimit = '1mb';
const bodyTimeoutMs = 30_000;

/** The public HTTP side: REST below /api/v1, health, the key set, the API's docs page and the web client. */
export function createApp(options: AppOptions): Express {
  const { config, health, isAllowedOrigin } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.http.trustProxy);
  app.set('query parser', 'simple');
  app.use(observeRequests(options));
  app.use(securityHeaders({ https: config.nodeEnv === 'production' }));
  app.use(['/healthz', '/readyz', '/health', '/.well-known/jwks.json'], asRoute('operations'));
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', (_request, response, next) => {
    health.readiness().then((report) => response.status(report.ready ? 200 : 503).json(report), next);
  });
  app.get('/health', (_request, response, next) => {
    health.system().then((report) => response.status(report.status === 'down' ? 503 : 200).json(report), next);
  });
  app.get('/.well-known/jwks.json', (_request, response, next) => {
    options
      .readJwks()
      .then((jwks) => response.set('cache-control', 'public, max-age=300').type('json').send(jwks), next);
  });
  app.use('/api/v1', createApi(options, isAllowedOrigin));
  if (config.http.webRoot !== '') serveWebClient(app, config.http.webRoot);
  app.use(() => {
    throw new AppError('ROUTE_NOT_FOUND');
  });
  app.use(answerProblems(options));
  return app;
}

function createApi(options: AppOptions, isAllowedOrigin: OriginCheck) {
  const api = express.Router();
  const { cors: corsOrigins } = options.config.origins;
  api.use((request: Request, _response: Response, next: NextFunction) => {
    next(isAllowedOrigin(request.headers) ? undefined : new AppError('ORIGIN_NOT_ALLOWED'));
  });
  // Other origins come with a bearer token; the cookie is for our own page alone.
  api.use(
    cors({
      origin: [...corsOrigins],
      credentials: false,
      maxAge: 600,
      exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
    }),
  );
  api.use(readJsonBodies());
  const document = createOpenApiDocument(routes, options.version);
  api.get('/openapi.json', (_request, response) => void response.json(document));
  mountDocs(api);
  mount(api, routes, options);
  api.use((request: Request) => {
    throw new AppError(allowedElsewhere(request) ? 'METHOD_NOT_ALLOWED' : 'ROUTE_NOT_FOUND');
  });
  return api;
}

/** Reads the bodies that are JSON and small; what a route reads itself is left to it. */
function readJsonBodies() {
  const readJson = express.json({ limit: bodyLimit, strict: true });
  const raw = new Set(routes.filter(({ rawBody }) => rawBody).map(({ method, path }) => `${method} ${path}`));
  return (request: Request, response: Response, next: NextFunction) => {
    if (raw.has(`${request.method.toLowerCase()} ${request.path}`)) return next();
    // A body that trickles in holds a connection for nothing.
    const timer = setTimeout(() => request.destroy(), bodyTimeoutMs);
    readJson(request, response, (error?: unknown) => {
      clearTimeout(timer);
      next(error);
    });
  };
}

/** Whether another method of the same path exists. */
function allowedElsewhere(request: Request): boolean {
  const segments = request.path.split('/');
  return routes.some((route) => {
    const pattern = route.path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, index) => part.startsWith(':') || part === segments[index])
    );
  });
}

/** Names what is asked often and says little, for the metrics and for the log, which leaves it out. */
function asRoute(route: 'operations' | 'static') {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.locals.route = route;
    next();
  };
}

/** Assets have their hash in their name; every other path is the single page. */
function serveWebClient(app: Express, webRoot: string): void {
  const root = path.resolve(webRoot);
  const asStatic = asRoute('static');
  app.use(
    '/assets',
    asStatic,
    express.static(path.join(root, 'assets'), { immutable: true, maxAge: '1y', index: false, fallthrough: false }),
  );
  app.use(asStatic, express.static(root, { index: false, cacheControl: true, maxAge: 0 }));
  app.get('/{*path}', (request, response, next) => {
    if (request.accepts('html') === false) return next();
    response.set('cache-control', 'no-cache').sendFile('index.html', { root }, (error) => {
      if (error !== undefined && error !== null) next(error);
    });
  });
}
