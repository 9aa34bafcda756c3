/** One operation of a JSON Patch (RFC 6902); only those that the overlays use. */
export type PatchOperation = { readonly op: string; readonly path: string; readonly value?: unknown };

type Container = Record<string, unknown> | unknown[];

/** Applies the operations to a document in place. Throws when one of them does not fit it, as kubectl does. */
export function applyJsonPatch(document: unknown, operations: readonly PatchOperation[]): void {
  for (const operation of operations) apply(document, operation);
}

function apply(document: unknown, { op, path, value }: PatchOperation): void {
  const keys = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  if (last === undefined) throw new Error(`a patch of the whole document is not supported: ${op} ${path}`);
  const parent = keys.reduce<unknown>(
    (node, key) => (isContainer(node) ? Reflect.get(node, key) : undefined),
    document,
  );
  if (!isContainer(parent)) throw new Error(`${op} ${path}: there is nothing to change`);
  const exists = Object.hasOwn(parent, last);
  if (op !== 'add' && !exists) throw new Error(`${op} ${path}: it does not exist`);
  switch (op) {
    case 'add':
    case 'replace':
      if (Array.isArray(parent) && op === 'add') parent.splice(last === '-' ? parent.length : Number(last), 0, value);
      else Reflect.set(parent, last, value);
      return;
    case 'remove':
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else Reflect.deleteProperty(parent, last);
      return;
    default:
      throw new Error(`the operation ${op} is not supported`);
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
