-- Why:      the first tables of user-service: accounts, their sessions, and the refresh tokens of each session.
-- Locks:    none that anyone waits for; every table is new.
-- Rollback: DROP TABLE refresh_tokens, sessions, accounts; it loses all accounts.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE accounts (
    id            uuid           NOT NULL PRIMARY KEY,
    email         text           NOT NULL CHECK (email = lower(email)),
    display_name  text           NOT NULL,
    role          text           NOT NULL CHECK (role IN ('user', 'admin')),
    password_hash text           NOT NULL,
    created_at    timestamptz(3) NOT NULL,
    updated_at    timestamptz(3) NOT NULL,
    version       integer        NOT NULL CHECK (version > 0)
);

-- Of several registrations of one address at the same moment, this lets one through.
CREATE UNIQUE INDEX accounts_email_key ON accounts (email);

CREATE TABLE sessions (
    id             uuid           NOT NULL PRIMARY KEY,
    account_id     uuid           NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_agent     text           NOT NULL,
    ip_address     text           NOT NULL,
    created_at     timestamptz(3) NOT NULL,
    last_used_at   timestamptz(3) NOT NULL,
    expires_at     timestamptz(3) NOT NULL,
    revoked_at     timestamptz(3),
    revoked_reason text           CHECK (revoked_reason IN ('logout', 'reuse')),
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);

CREATE INDEX sessions_account_id_expires_at_idx ON sessions (account_id, expires_at);

CREATE TABLE refresh_tokens (
    token_hash      bytea          NOT NULL PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id      uuid           NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at      timestamptz(3) NOT NULL,
    expires_at      timestamptz(3) NOT NULL,
    rotated_at      timestamptz(3),
    successor_nonce bytea,
    CHECK ((rotated_at IS NULL) = (successor_nonce IS NULL))
);

CREATE INDEX refresh_tokens_session_id_expires_at_idx ON refresh_tokens (session_id, expires_at);
