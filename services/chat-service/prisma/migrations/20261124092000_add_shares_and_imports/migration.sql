-- Why:      frozen snapshots under a link, and a memory of what was imported, so that importing a file again adds nothing.
-- Locks:    conversations, SHARE ROW EXCLUSIVE, for the moment in which the foreign keys are made.
-- Rollback: DROP TABLE conversation_shares, conversation_imports; links end, and a file that is imported again is imported again.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE conversation_shares (
    id              uuid           NOT NULL PRIMARY KEY,
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    token_hash      bytea          NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    title           text           NOT NULL,
    -- [{"role", "content", "model", "createdAt"}], root first: all that is shown, and nothing about any account.
    messages        jsonb          NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    -- Absent when it does not end by itself.
    expires_at      timestamptz(3)
);

CREATE INDEX conversation_shares_conversation_id_idx ON conversation_shares (conversation_id, id);

CREATE TABLE conversation_imports (
    user_id         uuid  NOT NULL,
    -- SHA-256 of what was imported, whatever file it came in.
    content_hash    bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    conversation_id uuid  NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, content_hash)
);

CREATE INDEX conversation_imports_conversation_id_idx ON conversation_imports (conversation_id);
