-- Why:      a second factor at sign-in: the secret of an authenticator app, sealed with a key that the database does not have, and the digests of
--           the recovery codes that are left. A row without enabled_at is an enrolment that nobody has confirmed yet.
-- Locks:    accounts, SHARE ROW EXCLUSIVE, for the moment in which the foreign key is made.
-- Rollback: DROP TABLE recovery_codes, second_factors; everybody signs in with the password alone.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE second_factors (
    account_id uuid           NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    secret     bytea          NOT NULL,
    -- The latest 30 seconds, counted from 1970, whose code was used; an int holds them until the year 4011.
    last_step  integer        NOT NULL DEFAULT 0,
    enabled_at timestamptz(3)
);

CREATE TABLE recovery_codes (
    account_id uuid  NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
    code_hash  bytea NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);
