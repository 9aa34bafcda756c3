import mermaid from 'mermaid';
import { isHarmless } from './harmless-diagram.ts';

/**
 * Draws a Mermaid description as SVG. Strict: labels are text, clicks do nothing, and the description cannot change
 * these settings. @throws when it is not to be understood, or not harmless
 */
export async function draw(code: string, id: string): Promise<{ svg: string; width: number; height: number }> {
  if (!isHarmless(code)) throw new Error('a diagram holds neither markup nor addresses of resources');
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen === undefined ? window.matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    secure: [
      'secure',
      'securityLevel',
      'startOnLoad',
      'maxTextSize',
      'maxEdges',
      'themeCSS',
      'fontFamily',
      'themeVariables',
    ],
    suppressErrorRendering: true,
    theme: isDark ? 'dark' : 'neutral',
    fontFamily: 'system-ui, sans-serif',
    flowchart: { htmlLabels: false },
  });
  const { svg } = await mermaid.render(id, code);
  const [, width = '640', height = '360'] = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { svg, width: Number(width), height: Number(height) };
}
