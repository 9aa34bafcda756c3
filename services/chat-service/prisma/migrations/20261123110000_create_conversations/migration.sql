-- Why:      the first tables of chat-service: conversations, their trees of messages, the record of every generation.
-- Locks:    none that anyone waits for; every table is new.
-- Rollback: DROP TABLE generations, messages, conversations; it loses all conversations.
-- Rerun:    a failed run leaves nothing behind where DDL is transactional; else drop what it made and run it again.

SET lock_timeout = '5s';

CREATE TABLE conversations (
    id              uuid           NOT NULL PRIMARY KEY,
    user_id         uuid           NOT NULL,
    title           text           NOT NULL,
    title_source    text           NOT NULL CHECK (title_source IN ('default', 'model', 'user')),
    persona         text           NOT NULL,
    model           text           NOT NULL,
    pinned          boolean        NOT NULL,
    archived        boolean        NOT NULL,
    active_leaf_id  uuid,
    -- Milliseconds, as JavaScript has them: a cursor made from such a time finds its place again.
    created_at      timestamptz(3) NOT NULL,
    updated_at      timestamptz(3) NOT NULL,
    last_message_at timestamptz(3) NOT NULL,
    version         integer        NOT NULL,
    deleted_at      timestamptz(3)
);

-- The order of the list, with the equality columns first: a page is one range of this index.
CREATE INDEX conversations_list_idx
    ON conversations (user_id, archived, pinned DESC, last_message_at DESC, id DESC)
    WHERE deleted_at IS NULL;

CREATE TABLE messages (
    id              uuid           NOT NULL PRIMARY KEY,
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id         uuid           NOT NULL,
    parent_id       uuid           REFERENCES messages (id) ON DELETE CASCADE,
    role            text           NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content         text           NOT NULL,
    status          text           NOT NULL
        CHECK (status IN ('pending', 'streaming', 'completed', 'stopped', 'interrupted', 'failed')),
    generation_id   uuid,
    author_id       uuid,
    content_seq     integer        NOT NULL,
    model           text           NOT NULL,
    problem         jsonb,
    usage           jsonb,
    timings         jsonb,
    created_at      timestamptz(3) NOT NULL,
    updated_at      timestamptz(3) NOT NULL,
    version         integer        NOT NULL
);

CREATE INDEX messages_conversation_id_id_idx ON messages (conversation_id, id);
CREATE INDEX messages_parent_id_idx ON messages (parent_id);

CREATE TABLE generations (
    id                   uuid           NOT NULL PRIMARY KEY,
    conversation_id      uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id              uuid           NOT NULL,
    user_message_id      uuid           NOT NULL,
    assistant_message_id uuid           NOT NULL UNIQUE,
    client_message_id    text           NOT NULL,
    request_hash         text           NOT NULL,
    kind                 text           NOT NULL CHECK (kind IN ('start', 'post', 'edit', 'regenerate', 'continue')),
    status               text           NOT NULL
        CHECK (status IN ('pending', 'streaming', 'completed', 'stopped', 'interrupted', 'failed')),
    fence                bigint         NOT NULL,
    seq                  integer        NOT NULL,
    requested_model      text           NOT NULL,
    persona              text           NOT NULL,
    parameters           jsonb          NOT NULL,
    model                text           NOT NULL,
    usage                jsonb,
    timings              jsonb,
    problem              jsonb,
    created_at           timestamptz(3) NOT NULL,
    ended_at             timestamptz(3)
);

-- What makes a repeated request one effect.
CREATE UNIQUE INDEX generations_user_id_client_message_id_key ON generations (user_id, client_message_id);
-- Small, because almost every generation has ended.
CREATE INDEX generations_unfinished_created_at_idx ON generations (created_at, id) WHERE ended_at IS NULL;
CREATE INDEX generations_unfinished_conversation_id_idx ON generations (conversation_id) WHERE ended_at IS NULL;
