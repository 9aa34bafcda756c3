-- Why:      folders and tags, of each person's own: beside `pinned` and `archived`, the owner's on conversations, a member's on
--           conversation_members.
-- Locks:    ACCESS EXCLUSIVE on conversations and conversation_members for a moment: a column with a constant default writes no row.
--           The indexes are empty when they are built; building them reads conversations once, under SHARE.
-- Rollback: ALTER TABLE conversations DROP COLUMN folder_id, DROP COLUMN tags; the same for conversation_members; DROP TABLE folders.
-- Rerun:    safe; nothing is left of a failed run.

SET lock_timeout = '5s';

CREATE TABLE folders (
    id         uuid           NOT NULL PRIMARY KEY,
    user_id    uuid           NOT NULL,
    name       text           NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    version    integer        NOT NULL
);

CREATE INDEX folders_user_id_idx ON folders (user_id, id);

ALTER TABLE conversations
    ADD COLUMN folder_id uuid REFERENCES folders (id) ON DELETE SET NULL,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE conversation_members
    ADD COLUMN folder_id uuid REFERENCES folders (id) ON DELETE SET NULL,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}';

-- What a folder that is deleted lets go of.
CREATE INDEX conversations_folder_id_idx ON conversations (folder_id) WHERE folder_id IS NOT NULL;
CREATE INDEX conversation_members_folder_id_idx ON conversation_members (folder_id) WHERE folder_id IS NOT NULL;
