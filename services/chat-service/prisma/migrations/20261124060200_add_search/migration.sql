-- Why:      full text search over messages and titles; see docs/adr/0014-search-in-postgres.md.
-- Locks:    ACCESS EXCLUSIVE on messages and conversations: each table is written anew with its search vectors, and the index
--           is built. About two minutes for a million messages; run it in a quiet hour.
-- Rollback: DROP INDEX messages_search_idx; ALTER TABLE messages DROP COLUMN search, DROP COLUMN language;
--           ALTER TABLE conversations DROP COLUMN title_search; DROP FUNCTION search_query, search_vector, search_config.
-- Rerun:    safe; nothing is left of a failed run.

SET lock_timeout = '5s';

-- Both come with Postgres and are trusted: the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The stemmer of a language. A column of type regconfig would keep pg_upgrade from working.
CREATE FUNCTION search_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE language
    WHEN 'english' THEN 'pg_catalog.english'::regconfig
    WHEN 'german' THEN 'pg_catalog.german'::regconfig
    WHEN 'french' THEN 'pg_catalog.french'::regconfig
    WHEN 'spanish' THEN 'pg_catalog.spanish'::regconfig
    WHEN 'italian' THEN 'pg_catalog.italian'::regconfig
    WHEN 'portuguese' THEN 'pg_catalog.portuguese'::regconfig
    WHEN 'dutch' THEN 'pg_catalog.dutch'::regconfig
    WHEN 'russian' THEN 'pg_catalog.russian'::regconfig
    ELSE 'pg_catalog.simple'::regconfig
END;

-- The words of a text as they stand, then their stems. A tsvector holds less than 1 MiB: the bound keeps the longest text of the
-- widest characters well below it, because a message that cannot be indexed could not be stored.
CREATE FUNCTION search_vector(language text, content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN language = 'simple' THEN to_tsvector('pg_catalog.simple'::regconfig, left(content, 65536))
    ELSE to_tsvector('pg_catalog.simple'::regconfig, left(content, 65536))
        || to_tsvector(search_config(language), left(content, 65536))
END;

-- What a person looks for, as the service has parsed it: all of the groups, of each group any clause,
-- [[{"kind": "word" | "prefix" | "phrase", "text": "...", "negated": false}]]. A word matches as it stands and as its stem in any
-- language; a prefix and a phrase match as they stand.
CREATE FUNCTION search_query(groups jsonb) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    clauses jsonb;
    clause jsonb;
    words text;
    language text;
    stems tsquery;
    one tsquery;
    any_of tsquery;
    result tsquery := ''::tsquery;
BEGIN
    FOR clauses IN SELECT jsonb_array_elements(groups) LOOP
        any_of := ''::tsquery;
        FOR clause IN SELECT jsonb_array_elements(clauses) LOOP
            words := clause ->> 'text';
            CASE clause ->> 'kind'
                WHEN 'phrase' THEN
                    one := phraseto_tsquery('pg_catalog.simple', words);
                WHEN 'prefix' THEN
                    one := to_tsquery('pg_catalog.simple',
                        '''' || replace(replace(words, '\', '\\'), '''', '''''') || ''':*');
                ELSE
                    one := plainto_tsquery('pg_catalog.simple', words);
                    FOREACH language IN ARRAY ARRAY['english', 'german', 'french', 'spanish', 'italian', 'portuguese',
                        'dutch', 'russian'] LOOP
                        stems := plainto_tsquery(search_config(language), words);
                        -- A stem that is there already says nothing new.
                        IF numnode(stems) > 0 AND NOT one @> stems THEN
                            one := one || stems;
                        END IF;
                    END LOOP;
            END CASE;
            IF numnode(one) > 0 THEN
                IF (clause ->> 'negated')::boolean THEN
                    one := !!one;
                END IF;
                any_of := CASE WHEN numnode(any_of) = 0 THEN one ELSE any_of || one END;
            END IF;
        END LOOP;
        IF numnode(any_of) > 0 THEN
            result := CASE WHEN numnode(result) = 0 THEN any_of ELSE result && any_of END;
        END IF;
    END LOOP;
    RETURN result;
END
$$;

-- The service says which language a text is in; it guesses from the commonest words.
ALTER TABLE messages ADD COLUMN language text NOT NULL DEFAULT 'english';

-- Null while a reply is being written, so that its checkpoints leave the index alone.
ALTER TABLE messages ADD COLUMN search tsvector GENERATED ALWAYS AS (
    CASE WHEN status IN ('pending', 'streaming') THEN NULL ELSE search_vector(language, content) END
) STORED;

-- Titles are short and without a language of their own: the stems of all of them.
ALTER TABLE conversations ADD COLUMN title_search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('pg_catalog.simple'::regconfig, title)
        || to_tsvector('pg_catalog.english'::regconfig, title) || to_tsvector('pg_catalog.german'::regconfig, title)
        || to_tsvector('pg_catalog.french'::regconfig, title) || to_tsvector('pg_catalog.spanish'::regconfig, title)
        || to_tsvector('pg_catalog.italian'::regconfig, title) || to_tsvector('pg_catalog.portuguese'::regconfig, title)
        || to_tsvector('pg_catalog.dutch'::regconfig, title) || to_tsvector('pg_catalog.russian'::regconfig, title), 'A')
) STORED;

-- Begins with the owner, so that nobody's search passes through what others wrote; the conversation finds the messages of a
-- conversation that is shared. The pending list is short, because every search reads it.
CREATE INDEX messages_search_idx ON messages USING gin (user_id, conversation_id, search)
    WITH (gin_pending_list_limit = 256)
    WHERE search IS NOT NULL;
