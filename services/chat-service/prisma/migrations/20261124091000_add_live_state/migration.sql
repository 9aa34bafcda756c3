-- Why:      read marks and drafts that follow people from device to device, and what a client that was away has to be told: changed
--           conversations by their time, and those that are gone for somebody.
-- Locks:    conversations, SHARE, while an index is built on it (seconds for a million rows), and SHARE ROW EXCLUSIVE for the triggers.
-- Rollback: DROP TABLE conversation_reads, conversation_drafts, conversation_removals; DROP INDEX conversations_changes_idx; drop the two
--           triggers and their functions.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

-- How far somebody has read. Message ids are UUIDv7: a later message has a higher one.
CREATE TABLE conversation_reads (
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id         uuid           NOT NULL,
    message_id      uuid           NOT NULL,
    read_at         timestamptz(3) NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX conversation_reads_changes_idx ON conversation_reads (user_id, read_at);

-- What somebody has begun to write.
CREATE TABLE conversation_drafts (
    conversation_id uuid           NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id         uuid           NOT NULL,
    text            text           NOT NULL,
    version         integer        NOT NULL,
    updated_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX conversation_drafts_changes_idx ON conversation_drafts (user_id, updated_at);

-- What somebody could read once. No foreign key: it outlives the conversation.
CREATE TABLE conversation_removals (
    user_id         uuid           NOT NULL,
    conversation_id uuid           NOT NULL,
    removed_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
);
CREATE INDEX conversation_removals_changes_idx ON conversation_removals (user_id, removed_at);
CREATE INDEX conversation_removals_removed_at_idx ON conversation_removals (removed_at);

CREATE INDEX conversations_changes_idx ON conversations (user_id, updated_at);

-- By triggers, so that no way to delete a conversation or a membership can forget it.
CREATE FUNCTION note_removed_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversation_removals (user_id, conversation_id, removed_at) VALUES (OLD.user_id, OLD.id, clock_timestamp())
    ON CONFLICT (user_id, conversation_id) DO UPDATE SET removed_at = excluded.removed_at;
    RETURN NULL;
END $$;

CREATE FUNCTION note_removed_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversation_removals (user_id, conversation_id, removed_at)
    VALUES (OLD.user_id, OLD.conversation_id, clock_timestamp())
    ON CONFLICT (user_id, conversation_id) DO UPDATE SET removed_at = excluded.removed_at;
    DELETE FROM conversation_reads WHERE conversation_id = OLD.conversation_id AND user_id = OLD.user_id;
    DELETE FROM conversation_drafts WHERE conversation_id = OLD.conversation_id AND user_id = OLD.user_id;
    RETURN NULL;
END $$;

CREATE TRIGGER note_removal AFTER DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION note_removed_conversation();
CREATE TRIGGER note_removal AFTER DELETE ON conversation_members FOR EACH ROW EXECUTE FUNCTION note_removed_member();
