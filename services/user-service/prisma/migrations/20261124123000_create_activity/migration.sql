-- Why:      what each account did, by day and persona, added up from domain events; and which events have been counted, so that one that
--           comes twice counts once.
-- Locks:    accounts, SHARE ROW EXCLUSIVE, for the moment in which the foreign key is made.
-- Rollback: DROP TABLE activity, counted_events; what was counted is lost.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

CREATE TABLE activity (
    account_id        uuid   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- In UTC.
    day               date   NOT NULL,
    -- Empty for what has none, such as a sign-in.
    persona           text   NOT NULL,
    sign_ins          bigint NOT NULL,
    messages          bigint NOT NULL,
    replies           bigint NOT NULL,
    prompt_tokens     bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    generation_ms     bigint NOT NULL,
    PRIMARY KEY (account_id, day, persona)
);

-- The totals of all accounts are asked for by day.
CREATE INDEX activity_day_idx ON activity (day);

CREATE TABLE counted_events (
    id         uuid           NOT NULL PRIMARY KEY,
    counted_at timestamptz(3) NOT NULL
);

CREATE INDEX counted_events_counted_at_idx ON counted_events (counted_at);
