-- Why:      a conversation is unread for somebody while its newest message, of somebody else, is beyond their read mark, or because they marked it
--           so. What was there before counts as read: without marks every old conversation would look new.
-- Locks:    conversation_reads, ACCESS EXCLUSIVE for an instant; the inserts lock the rows that they make.
-- Rollback: ALTER TABLE conversation_reads DROP COLUMN marked_unread; the marks do no harm.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

ALTER TABLE conversation_reads ADD COLUMN marked_unread boolean NOT NULL DEFAULT false;

INSERT INTO conversation_reads (conversation_id, user_id, message_id, read_at)
SELECT c.id, reader.user_id, newest.id, now()
FROM conversations c
CROSS JOIN LATERAL (
    SELECT c.user_id
    UNION ALL
    SELECT cm.user_id FROM conversation_members cm WHERE cm.conversation_id = c.id
) reader
CROSS JOIN LATERAL (SELECT m.id FROM messages m WHERE m.conversation_id = c.id ORDER BY m.id DESC LIMIT 1) newest
ON CONFLICT (conversation_id, user_id) DO NOTHING;
