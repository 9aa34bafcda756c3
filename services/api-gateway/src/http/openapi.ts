import { problemSchema } from '@chatbot/errors';
import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Route } from './route.ts';

const problem = problemSchema.meta({
  id: 'Problem',
  description: 'RFC 9457 problem document; `reason` is from docs/errors.md',
});

/** The OpenAPI 3.1 document of the REST API, from the same table that the server is mounted from. */
export function createOpenApiDocument(routes: readonly Route[], version: string): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Chatbot API',
      version,
      description: 'REST for integrations and debugging; tokens also stream over Socket.IO.',
    },
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    paths,
  });
}

function operation(route: Route): ZodOpenApiOperationObject {
  const answers = Object.entries(route.responses).map(([status, { description, schema }]) => [
    status,
    schema === undefined ? { description } : { description, content: { 'application/json': { schema } } },
  ]);
  const failure = { description: 'A problem', content: { 'application/problem+json': { schema: problem } } };
  return {
    tags: [route.tag],
    summary: route.summary,
    operationId: `${route.method}${route.path.replaceAll(/[^a-zA-Z]+(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    ...(route.access === 'user' ? { security: [{ accessToken: [] }] } : {}),
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params as z.ZodObject }),
      ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
    },
    ...(route.body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: route.body } } } }),
    responses: { ...Object.fromEntries(answers), default: failure },
  };
}
