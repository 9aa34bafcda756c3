import { Prisma } from '../generated/prisma/client.ts';

// The events of the outbox, built where what they tell of is stored. Their shape is domainEventSchema of the service kit; a test reads them with it.

type MessagePosted = { messageId: string; userId: string; nowMs: number; persona: Prisma.Sql };

export function messagePostedEvent({ messageId, userId, nowMs, persona }: MessagePosted): Prisma.Sql {
  return Prisma.sql`jsonb_build_object('id', ${messageId}::text, 'v', 1, 'type', 'chat.message_posted', 'at', ${iso(nowMs)}::text,
    'userId', ${userId}::text, 'persona', ${persona})`;
}

/** Of the generation `g`, which has just ended. What was not counted counts as nothing. */
export function generationEndedEvent(nowMs: number): Prisma.Sql {
  return Prisma.sql`jsonb_build_object('id', g.id, 'v', 1, 'type', 'chat.generation_ended', 'at', ${iso(nowMs)}::text, 'userId', g.user_id,
    'status', g.status, 'persona', g.persona, 'model', g.model,
    'promptTokens', coalesce((g.usage->>'promptTokens')::int, 0),
    'completionTokens', coalesce((g.usage->>'completionTokens')::int, 0),
    'durationMs', greatest(0, round(extract(epoch FROM g.ended_at - g.created_at) * 1000)))`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
