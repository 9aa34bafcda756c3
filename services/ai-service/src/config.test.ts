import { readFileSync } from 'node:fs';
import { environmentTable } from '@chatbot/service-kit';
import { describe, expect, it } from 'vitest';
import { envShape, loadAiConfig } from './config.ts';

describe('loadAiConfig', () => {
  it('needs no variable at all', () => {
    const config = loadAiConfig({});
    expect(config.ollama.endpoints).toEqual([
      { origin: 'http://127.0.0.1:11434', pathPrefix: '', label: '127.0.0.1:11434' },
    ]);
    expect(config.models).toEqual({ defaultModel: 'llama3.2', contextTokensMax: 8192 });
    expect(config.rpc.port).toBe(50_053);
  });

  it('reads several servers, and keeps credentials out of addresses and labels', () => {
    const { endpoints } = loadAiConfig({
      OLLAMA_HOSTS: 'http://gpu-1:11434, https://me:s%3Acret@gpu-2/ollama/,',
    }).ollama;
    expect(endpoints).toEqual([
      { origin: 'http://gpu-1:11434', pathPrefix: '', label: 'gpu-1:11434' },
      {
        origin: 'https://gpu-2',
        pathPrefix: '/ollama',
        label: 'gpu-2',
        authorization: `Basic ${Buffer.from('me:s:cret').toString('base64')}`,
      },
    ]);
  });

  it('names every wrong variable at once, and never a value', () => {
    const wrong = {
      GRPC_PORT: 'sesame',
      METRICS_PORT: '70000',
      LOG_LEVEL: 'sesame',
      OLLAMA_HOSTS: 'http://ok:1,file:///sesame',
      CONTEXT_TOKENS_MAX: '12',
      OLLAMA_FIRST_BYTE_TIMEOUT_MS: 'sesame',
      OLLAMA_IDLE_TIMEOUT_MS: '0',
      DEFAULT_MODEL: 'sesame'.repeat(50),
    };
    const load = () => loadAiConfig(wrong);
    for (const variable of Object.keys(wrong)) expect(load).toThrow(`${variable}:`);
    expect(load).not.toThrow(/sesame/);
  });

  it.each(['ollama:11434', '127.0.0.1', 'ftp://gpu', ',', 'http://%zz@gpu'])('refuses %j as a server', (value) => {
    expect(() => loadAiConfig({ OLLAMA_HOSTS: value })).toThrow('OLLAMA_HOSTS');
  });
});

it('the README shows the variables as they are', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(unpadded(readme)).toContain(unpadded(environmentTable(envShape)));
});

/** The formatter pads the cells of tables. */
function unpadded(markdown: string): string {
  return markdown.replace(/ *\| */g, '|').replace(/-{3,}/g, '---');
}
