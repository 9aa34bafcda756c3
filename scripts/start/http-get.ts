import { get as getHttp } from 'node:http';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  /** The status is 2xx. */
  ok: boolean;
  body: string;
}

/**
 * Asks a URL once; undefined when there is no answer within timeoutMs. Plain node:http, because loading fetch is a noticeable
 * part of a start.
 */
export async function httpGet(url: string, options: { timeoutMs: number }): Promise<HttpAnswer | undefined> {
  const get = url.startsWith('https:') ? (await import('node:https')).get : getHttp;
  const signal = AbortSignal.timeout(options.timeoutMs);
  return await new Promise((resolve) => {
    const request = get(url, { signal, agent: false }, (response) => {
      const { statusCode = 0 } = response;
      text(response).then(
        (body) => resolve({ ok: statusCode >= 200 && statusCode < 300, body }),
        () => resolve(undefined),
      );
    });
    request.on('error', () => resolve(undefined));
  });
}
