import * as z from 'zod/mini';
import { AnySchema, type Call } from './http.ts';
import { type Conversation, ConversationSchema } from './schemas.ts';

/** The calls about who takes part in a conversation, and their answers. */

/** What somebody can be made. */
export type MemberRole = 'writer' | 'reader';

/** Somebody with the name to show; null when the account is gone. */
const PersonSchema = z.object({ userId: z.string(), displayName: z.nullable(z.string()) });
export type Person = z.infer<typeof PersonSchema>;

const MemberSchema = z.extend(PersonSchema, { role: z.enum(['owner', 'writer', 'reader']) });
export type Member = z.infer<typeof MemberSchema>;

const PeopleSchema = z.object({ items: z.array(MemberSchema), formerAuthors: z._default(z.array(PersonSchema), []) });
/** The members, the owner first, and who wrote what is there and has left. */
export type People = z.infer<typeof PeopleSchema>;

const InviteSchema = z.object({ id: z.string(), role: z.enum(['writer', 'reader']), expiresAt: z.string() });
export type Invite = z.infer<typeof InviteSchema>;

const InviteListSchema = z.object({ items: z.array(InviteSchema) });

const CreatedInviteSchema = z.extend(InviteSchema, { token: z.string() });
/** An invite link with its secret, which is told this once. */
export type CreatedInvite = z.infer<typeof CreatedInviteSchema>;

export type PeopleApi = {
  listPeople: (conversationId: string, signal?: AbortSignal) => Promise<People>;
  addMember: (conversationId: string, member: { email: string; role: MemberRole }) => Promise<Member>;
  updateMember: (key: MemberKey, role: MemberRole) => Promise<Member>;
  /** Removes somebody, or oneself. */
  removeMember: (key: MemberKey) => Promise<void>;
  listInvites: (conversationId: string, signal?: AbortSignal) => Promise<Invite[]>;
  createInvite: (
    conversationId: string,
    invite: { role: MemberRole; expiresInHours: number },
  ) => Promise<CreatedInvite>;
  revokeInvite: (conversationId: string, inviteId: string) => Promise<void>;
  /** Makes the signed-in account a member of the conversation that the link is for. */
  acceptInvite: (token: string) => Promise<Conversation>;
};

type MemberKey = { conversationId: string; userId: string };

/** Makes the calls by `call`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createPeopleApi(call: Call): PeopleApi {
  return {
    listPeople: (conversationId, signal) =>
      call({ path: `${pathOf(conversationId)}/members`, schema: PeopleSchema, signal }),
    addMember: (conversationId, member) =>
      call({ method: 'POST', path: `${pathOf(conversationId)}/members`, body: member, schema: MemberSchema }),
    updateMember: (key, role) =>
      call({ method: 'PATCH', path: memberPathOf(key), body: { role }, schema: MemberSchema }),
    removeMember: async (key) => {
      await call({ method: 'DELETE', path: memberPathOf(key), schema: AnySchema });
    },
    listInvites: async (conversationId, signal) =>
      (await call({ path: `${pathOf(conversationId)}/invites`, schema: InviteListSchema, signal })).items,
    createInvite: (conversationId, invite) =>
      call({ method: 'POST', path: `${pathOf(conversationId)}/invites`, body: invite, schema: CreatedInviteSchema }),
    revokeInvite: async (conversationId, inviteId) => {
      const path = `${pathOf(conversationId)}/invites/${encodeURIComponent(inviteId)}`;
      await call({ method: 'DELETE', path, schema: AnySchema });
    },
    acceptInvite: (token) =>
      call({
        method: 'POST',
        path: `/invites/${encodeURIComponent(token)}/accept`,
        body: {},
        schema: ConversationSchema,
      }),
  };
}

function pathOf(conversationId: string): string {
  return `/conversations/${encodeURIComponent(conversationId)}`;
}

function memberPathOf({ conversationId, userId }: MemberKey): string {
  return `${pathOf(conversationId)}/members/${encodeURIComponent(userId)}`;
}
