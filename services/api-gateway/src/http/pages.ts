import { z } from 'zod';

/** `limit` and `cursor` of a list. */
export function pageQuery(limitMax: number) {
  return {
    limit: z.coerce.number().int().min(1).max(limitMax).optional(),
    cursor: z.string().max(1_000).optional().meta({ description: 'nextCursor of the page before' }),
  };
}

export function pageSchema(item: z.ZodType) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
