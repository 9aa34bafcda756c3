-- Why:      the list of the trash, and finding what has been in it for too long.
-- Locks:    SHARE on conversations while the indexes are built, from what is in the trash alone.
-- Rollback: DROP INDEX conversations_trash_idx, conversations_purge_idx.
-- Rerun:    safe; nothing is left of a failed run.

SET lock_timeout = '5s';

CREATE INDEX conversations_trash_idx ON conversations (user_id, deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL;
CREATE INDEX conversations_purge_idx ON conversations (deleted_at, id) WHERE deleted_at IS NOT NULL;
