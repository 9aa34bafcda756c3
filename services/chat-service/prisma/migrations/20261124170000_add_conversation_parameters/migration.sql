-- Why:      sampling parameters may be set for a whole conversation. A conversation without any leaves them to the persona, as before.
-- Locks:    conversations, ACCESS EXCLUSIVE for an instant; a constant default rewrites nothing and reads no row.
-- Rollback: ALTER TABLE conversations DROP COLUMN parameters; replies take the persona's again, and those that were given keep theirs.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

ALTER TABLE conversations ADD COLUMN parameters jsonb NOT NULL DEFAULT '{}';
