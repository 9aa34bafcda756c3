-- Why:      personas of people's own, beside the built-in ones of ai-service.
-- Locks:    none that anyone waits for; the table is new.
-- Rollback: DROP TABLE personas; conversations that name one are answered by the default persona.
-- Rerun:    safe; nothing is left of a failed run.

SET lock_timeout = '5s';

CREATE TABLE personas (
    id          uuid           NOT NULL PRIMARY KEY,
    user_id     uuid           NOT NULL,
    name        text           NOT NULL,
    description text           NOT NULL,
    prompt      text           NOT NULL,
    parameters  jsonb          NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    updated_at  timestamptz(3) NOT NULL,
    version     integer        NOT NULL
);

CREATE INDEX personas_user_id_idx ON personas (user_id, id);
