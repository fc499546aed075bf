-- @lock: Lets one process migrate at a time; the lock ends with the connection.
SELECT pg_advisory_lock(hashtextextended('casework:migrations', 0));

-- @create_tables: Makes dbmate's table and ours beside it.
CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY);
CREATE TABLE IF NOT EXISTS schema_migration_checksums (
    version varchar(128) PRIMARY KEY REFERENCES schema_migrations ON DELETE CASCADE,
    checksum text NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);

-- @has_tables: Whether anything was ever migrated by us.
SELECT to_regclass('schema_migrations') IS NOT NULL AND to_regclass('schema_migration_checksums') IS NOT NULL;

-- @applied: The applied versions with their checksums; a version that dbmate applied has none.
SELECT version, checksum
FROM schema_migrations
LEFT JOIN schema_migration_checksums USING (version);

-- @mark_applied: Notes a version as applied, as dbmate does.
INSERT INTO schema_migrations (version) VALUES ($1);

-- @keep_checksum: Remembers the digest of a file when it was applied.
INSERT INTO schema_migration_checksums (version, checksum) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- @unmark_applied: Forgets a version that was undone.
DELETE FROM schema_migrations WHERE version = $1;
