const ALLOWED_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address of a link as it may be rendered, or undefined for one that must not be clickable. What a model writes is
 * hostile: only absolute http, https and mailto addresses pass, so that nothing runs and no link looks like one of ours.
 */
export function safeHref(href: string | undefined): string | undefined {
  if (href === undefined) return undefined;
  const url = URL.parse(href);
  if (url === null || !ALLOWED_PROTOCOLS.has(url.protocol)) return undefined;
  // A name before the host is a well-known disguise: https://your-bank.example@evil.example
  return url.username === '' && url.password === '' ? url.href : undefined;
}
