-- Why:      in a conversation of several people the model may answer only messages that address it. A message without a reply has no
--           generation, so what makes its repeat one effect has a table of its own.
-- Locks:    conversations, ACCESS EXCLUSIVE, while the check of the new column reads the table once; nothing is rewritten.
-- Rollback: DROP TABLE conversation_notes; ALTER TABLE conversations DROP COLUMN reply_mode; every message is answered again.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

ALTER TABLE conversations
    ADD COLUMN reply_mode text NOT NULL DEFAULT 'always' CHECK (reply_mode IN ('always', 'mentioned'));

CREATE TABLE conversation_notes (
    user_id           uuid NOT NULL,
    client_message_id text NOT NULL,
    request_hash      text NOT NULL,
    message_id        uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, client_message_id)
);

CREATE INDEX conversation_notes_message_id_idx ON conversation_notes (message_id);
