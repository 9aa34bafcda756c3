-- Why:      access tokens can be revoked before they expire. An account counts what made all its earlier tokens invalid (token_version)
--           and says when and why it last did; sessions end for more reasons than before.
-- Locks:    ACCESS EXCLUSIVE on accounts and sessions, for a moment: columns with constant defaults are added without a rewrite, and
--           the new CHECK is validated apart, which lets reads and writes go on. The index is built over sessions that have ended.
-- Rollback: DROP INDEX sessions_revoked_at_idx; ALTER TABLE accounts DROP COLUMN token_version, DROP COLUMN tokens_revoked_at, DROP COLUMN
--           tokens_revoked_cause; the old CHECK of sessions.revoked_reason refuses the new reasons, so it stays off.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

ALTER TABLE accounts
    ADD COLUMN token_version        integer        NOT NULL DEFAULT 1 CHECK (token_version > 0),
    ADD COLUMN tokens_revoked_at    timestamptz(3),
    ADD COLUMN tokens_revoked_cause text;

CREATE INDEX accounts_tokens_revoked_at_idx ON accounts (tokens_revoked_at) WHERE tokens_revoked_at IS NOT NULL;

ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_reason_check;
-- The code before this wrote 'reuse'.
ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN (
    'logout', 'reuse', 'logout_everywhere', 'session_revoked', 'refresh_token_reused', 'password_changed', 'account_deleted'
)) NOT VALID;
ALTER TABLE sessions VALIDATE CONSTRAINT sessions_revoked_reason_check;

CREATE INDEX sessions_revoked_at_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
