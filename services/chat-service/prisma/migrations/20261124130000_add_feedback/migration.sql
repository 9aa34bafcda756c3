-- Why:      what people think of a reply; which branch each member last read; the siblings of a first message.
-- Locks:    ACCESS EXCLUSIVE on conversation_members for a moment; SHARE on messages while the index of first messages is built.
-- Rollback: DROP TABLE message_feedback; ALTER TABLE conversation_members DROP COLUMN active_leaf_id,
--           DROP COLUMN active_leaf_over; DROP INDEX messages_root_idx.
-- Rerun:    safe; nothing is left of a failed run.

SET lock_timeout = '5s';

CREATE TABLE message_feedback (
    message_id uuid           NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id    uuid           NOT NULL,
    rating     text           NOT NULL CHECK (rating IN ('up', 'down')),
    comment    text           NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    PRIMARY KEY (message_id, user_id)
);

CREATE INDEX message_feedback_user_id_idx ON message_feedback (user_id);

-- The branch that a member chose, and the conversation's own at that moment: as soon as that one moves on, the choice is over.
ALTER TABLE conversation_members ADD COLUMN active_leaf_id uuid, ADD COLUMN active_leaf_over uuid;

-- Messages below another one are found by it; this finds the others.
CREATE INDEX messages_root_idx ON messages (conversation_id, id) WHERE parent_id IS NULL;
