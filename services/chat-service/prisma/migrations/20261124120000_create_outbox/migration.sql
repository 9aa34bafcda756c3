-- Why:      domain events that are stored with what they tell of, in one statement, and published afterwards: none is lost with a crash
--           in between, and none is told of what did not happen. Rows are deleted as soon as they are published.
-- Locks:    none on what exists.
-- Rollback: DROP TABLE outbox; events that wait are lost.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

-- It is nearly always empty and sees many short rows, so it is vacuumed by their number and not by a share of the table.
CREATE TABLE outbox (
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event    jsonb  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
