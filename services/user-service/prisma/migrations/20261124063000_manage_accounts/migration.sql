-- Why:      preferences with versions; accounts that are marked for deletion until their grace period is over (purge_at), then claimed by the
--           job that removes them (purging: no sign-in restores them any more); and the one row that says that the first administrator
--           has been made with the setup token.
-- Locks:    ACCESS EXCLUSIVE on accounts, for a moment: columns without a default, or with a constant one, are added without a rewrite.
-- Rollback: DROP TABLE preferences, first_admin; ALTER TABLE accounts DROP COLUMN purge_at, DROP COLUMN purging; preferences are lost, and
--           accounts that wait for deletion are kept.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE preferences (
    account_id uuid           NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    settings   jsonb          NOT NULL,
    version    integer        NOT NULL CHECK (version > 0),
    updated_at timestamptz(3) NOT NULL
);

ALTER TABLE accounts
    ADD COLUMN purge_at timestamptz(3),
    ADD COLUMN purging  boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT accounts_purging_check CHECK (NOT purging OR purge_at IS NOT NULL);

CREATE INDEX accounts_purge_at_idx ON accounts (purge_at) WHERE purge_at IS NOT NULL;
-- Of the few administrators, for the rule that one of them has to stay.
CREATE INDEX accounts_role_idx ON accounts (role) WHERE role <> 'user';

CREATE TABLE first_admin (
    -- One row at most: of several registrations with the setup token this lets one through.
    singleton  boolean        NOT NULL PRIMARY KEY DEFAULT true CHECK (singleton),
    account_id uuid           NOT NULL,
    created_at timestamptz(3) NOT NULL
);
