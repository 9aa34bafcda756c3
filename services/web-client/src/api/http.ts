import * as z from 'zod/mini';
import { noAnswer, ProblemError, parseProblem } from './problem.ts';

const REQUEST_TIMEOUT_MS = 15_000;

export type HttpRequest<Schema extends z.ZodMiniType> = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path below /api/v1, with its query. */
  path: string;
  body?: unknown;
  /** The access token, when the route needs one. */
  token?: string | undefined;
  /** What the answer must look like. */
  schema: Schema;
  signal?: AbortSignal | undefined;
};

/** Sends a request as the signed-in account. */
export type Call = <Schema extends z.ZodMiniType>(request: HttpRequest<Schema>) => Promise<z.output<Schema>>;

/** A request whose answer is a file, or comes piece by piece. */
export type FileRequest = {
  method?: 'GET' | 'POST';
  /** The path below /api/v1, with its query. */
  path: string;
  body?: File | string;
  headers?: Readonly<Record<string, string>>;
  token?: string | undefined;
  signal?: AbortSignal;
};

/** Sends a request for a file as the signed-in account. */
export type Download = (request: FileRequest) => Promise<Response>;

/** The schema for answers whose body does not matter. */
export const AnySchema = z.unknown();

/**
 * Sends one request to the gateway on the same origin and parses the answer.
 *
 * @throws ProblemError with the server's problem; with reason NO_ANSWER when none came within 15 s.
 */
export async function sendHttp<Schema extends z.ZodMiniType>(request: HttpRequest<Schema>): Promise<z.output<Schema>> {
  const { method = 'GET', path, body, token, schema, signal } = request;
  // The gateway asks for this header wherever the cookie counts: another site cannot make a browser send it.
  const headers: Record<string, string> = { accept: 'application/json', 'x-requested-with': 'chatbot' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const init: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const { response, json } = await exchange(`/api/v1${path}`, init);
  if (!response.ok) throw new ProblemError(parseProblem(json, response.status));
  const parsed = z.safeParse(schema, json);
  if (!parsed.success) throw new ProblemError(parseProblem(undefined, response.status), { cause: parsed.error });
  return parsed.data;
}

/**
 * Sends a request and answers with the response, whose body may take as long as it likes.
 *
 * @throws ProblemError with the server's problem; with reason NO_ANSWER when none came.
 */
export async function fetchFile({
  method = 'GET',
  path,
  body,
  headers,
  token,
  signal,
}: FileRequest): Promise<Response> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const init: RequestInit = {
    method,
    headers: { 'x-requested-with': 'chatbot', ...authorization, ...headers },
    credentials: 'same-origin',
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  };
  const response = await orNoAnswer(() => fetch(`/api/v1${path}`, init));
  if (response.ok) return response;
  throw new ProblemError(parseProblem(parseJson(await orNoAnswer(() => response.text())), response.status));
}

async function exchange(url: string, init: RequestInit): Promise<{ response: Response; json: unknown }> {
  return orNoAnswer(async () => {
    const response = await fetch(url, init);
    return { response, json: parseJson(await response.text()) };
  });
}

/** Does work on the network; a failure of that is a ProblemError with reason NO_ANSWER. */
export async function orNoAnswer<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw noAnswer(error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
