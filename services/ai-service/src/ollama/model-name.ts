/**
 * Spells a model name as Ollama compares it: lower case, without the default registry and namespace, with the tag that is meant
 * when none is given (Ollama's types/model/name.go).
 */
export function normalizeModelName(name: string): string {
  const short = name
    .trim()
    .toLowerCase()
    .replace(/^registry\.ollama\.ai\//, '')
    .replace(/^library\//, '');
  const lastPart = short.slice(short.lastIndexOf('/') + 1);
  return lastPart.includes(':') ? short : `${short}:latest`;
}

export function sameModel(left: string, right: string): boolean {
  return normalizeModelName(left) === normalizeModelName(right);
}
