import { z } from 'zod';
import type { PersonaKey, PersonaStore } from '../app/ports/persona-store.ts';
import type { Persona } from '../domain/persona.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { parameters, time } from './rows.ts';

/** Personas of people's own in Postgres. */
export function createPrismaPersonaStore(database: Database): PersonaStore {
  return {
    list: (userId) =>
      database.query(
        personaRow,
        personaStatement(Prisma.sql`p.user_id = ${userId}::uuid ORDER BY lower(p.name), p.id`),
      ),
    async add(persona, { countMax }) {
      const rows = await database.query(z.object({ id: z.string() }), addStatement(persona, countMax));
      return rows.length > 0;
    },
    async update(change) {
      const [updated] = await database.query(personaRow, updateStatement(change));
      if (updated !== undefined) return { persona: updated, updated: true };
      const [persona] = await database.query(personaRow, personaStatement(mine(change)));
      return persona === undefined ? undefined : { persona, updated: false };
    },
    async remove(key) {
      const statement = Prisma.sql`DELETE FROM personas p WHERE ${mine(key)} RETURNING p.id`;
      return (await database.query(z.object({ id: z.string() }), statement)).length > 0;
    },
  };
}

const personaRow: z.ZodType<Persona> = z
  .object({
    persona: z.object({
      id: z.string(),
      userId: z.string(),
      name: z.string(),
      description: z.string(),
      prompt: z.string(),
      parameters,
      createdAt: time,
      updatedAt: time,
      version: z.number(),
    }),
  })
  .transform(({ persona }) => persona);

const personaJson = Prisma.sql`json_build_object('id', p.id, 'userId', p.user_id, 'name', p.name,
  'description', p.description, 'prompt', p.prompt, 'parameters', p.parameters, 'createdAt', p.created_at,
  'updatedAt', p.updated_at, 'version', p.version)`;

function mine({ personaId, userId }: PersonaKey): Prisma.Sql {
  return Prisma.sql`p.id = ${personaId}::uuid AND p.user_id = ${userId}::uuid`;
}

function personaStatement(where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT ${personaJson} AS persona FROM personas p WHERE ${where}`;
}

/** Those who add at the same moment take turns, so that none passes the bound. */
function addStatement(persona: Persona, countMax: number): Prisma.Sql {
  const { id, userId, name, description, prompt, createdAt, updatedAt, version } = persona;
  return Prisma.sql`
    INSERT INTO personas (id, user_id, name, description, prompt, parameters, created_at, updated_at, version)
    SELECT ${id}::uuid, ${userId}::uuid, ${name}, ${description}, ${prompt}, ${JSON.stringify(persona.parameters)}::jsonb,
      ${createdAt.toISOString()}::timestamptz, ${updatedAt.toISOString()}::timestamptz, ${version}::int
    WHERE count_personas_in_turn(${userId}::uuid) < ${countMax}::int
    RETURNING id`;
}

function updateStatement(change: Parameters<PersonaStore['update']>[0]): Prisma.Sql {
  const { content, version, nowMs } = change;
  return Prisma.sql`
    UPDATE personas p
    SET name = ${content.name}, description = ${content.description}, prompt = ${content.prompt},
      parameters = ${JSON.stringify(content.parameters)}::jsonb, updated_at = ${new Date(nowMs).toISOString()}::timestamptz,
      version = p.version + 1
    WHERE ${mine(change)} AND p.version = ${version}::int
    RETURNING ${personaJson} AS persona`;
}
