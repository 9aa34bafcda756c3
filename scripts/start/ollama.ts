import { httpGet } from './http-get.ts';

const defaultPort = 11_434;
const probeTimeoutMs = 1_000;

/** Which model server a stack uses. */
export type OllamaChoice =
  | { kind: 'real'; url: string; answers: boolean }
  /** The simulator, which the stack starts itself. */
  | { kind: 'simulator' };

/**
 * Chooses the model server: a given one whether it answers or not (the page shows why it does not), else the one at
 * OLLAMA_HOST or Ollama's default address when it answers within a second, else the simulator.
 */
export async function chooseOllama(options: {
  givenUrl: string | undefined;
  environmentHost: string | undefined;
}): Promise<OllamaChoice> {
  const { givenUrl, environmentHost } = options;
  if (givenUrl !== undefined) return { kind: 'real', url: givenUrl, answers: await answersAsOllama(givenUrl) };
  const url = ollamaUrlFromHost(environmentHost ?? '');
  return url !== undefined && (await answersAsOllama(url))
    ? { kind: 'real', url, answers: true }
    : { kind: 'simulator' };
}

/**
 * Reads OLLAMA_HOST as Ollama's own client does: the scheme, the port and the host may each be missing, and the address
 * that a server listens on (0.0.0.0) stands for this machine. Undefined when it is no address.
 */
export function ollamaUrlFromHost(host: string): string | undefined {
  const trimmed = host.trim();
  const url = URL.parse(trimmed.includes('://') ? trimmed : `http://${trimmed === '' ? '127.0.0.1' : trimmed}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.port === '' && !trimmed.includes('://')) url.port = String(defaultPort);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  return url.href.replace(/\/+$/, '');
}

async function answersAsOllama(url: string): Promise<boolean> {
  const answer = await httpGet(`${url}/api/version`, { timeoutMs: probeTimeoutMs });
  return answer?.ok === true && answer.body.includes('"version"');
}
