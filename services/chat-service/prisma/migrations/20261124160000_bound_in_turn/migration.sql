-- Why:      how many folders and personas somebody may have holds for requests at the same moment, too. A statement counts what was there when it
--           began; these functions wait for the one before and then count with a snapshot of their own.
-- Locks:    none on what exists.
-- Rollback: DROP FUNCTION count_folders_in_turn(uuid), count_personas_in_turn(uuid), after the code that calls them.
-- Rerun:    the file is applied as a whole or not at all, so a failed run can simply be run again.

SET lock_timeout = '5s';

-- The lock is held until the transaction of the caller ends, so the next one sees what it has added. VOLATILE is what gives each query of a
-- function a new snapshot (https://www.postgresql.org/docs/current/xfunc-volatility.html).
CREATE FUNCTION count_folders_in_turn(owner_id uuid) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('folders ' || owner_id, 0));
    RETURN (SELECT count(*) FROM folders f WHERE f.user_id = owner_id);
END $$;

CREATE FUNCTION count_personas_in_turn(owner_id uuid) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('personas ' || owner_id, 0));
    RETURN (SELECT count(*) FROM personas p WHERE p.user_id = owner_id);
END $$;
