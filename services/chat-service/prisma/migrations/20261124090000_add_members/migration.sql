-- Why:      several people in one conversation. The owner stays conversations.user_id, so what one person does alone reads and
--           writes no other table than before; conversation_members holds everybody else.
-- Locks:    conversations, SHARE ROW EXCLUSIVE, for the moment in which the foreign key is made.
-- Rollback: DROP TABLE conversation_invites, conversation_members; everybody but the owners loses access.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE conversation_members (
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id         uuid           NOT NULL,
    role            text           NOT NULL CHECK (role IN ('writer', 'reader')),
    -- Each member has a list of their own.
    pinned          boolean        NOT NULL,
    archived        boolean        NOT NULL,
    joined_at       timestamptz(3) NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);

-- What a person was invited to.
CREATE INDEX conversation_members_user_id_idx ON conversation_members (user_id, conversation_id);

-- Links that make whoever opens them a member. The token itself is stored nowhere.
CREATE TABLE conversation_invites (
    id              uuid           NOT NULL PRIMARY KEY,
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    token_hash      bytea          NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    role            text           NOT NULL CHECK (role IN ('writer', 'reader')),
    created_at      timestamptz(3) NOT NULL,
    expires_at      timestamptz(3) NOT NULL
);

CREATE INDEX conversation_invites_conversation_id_idx ON conversation_invites (conversation_id, id);
