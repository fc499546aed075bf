-- @facts: What the server is and how this session would write to it.
SELECT
    current_setting('server_version_num')::integer AS server_version_num,
    current_setting('server_version') AS server_version,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('server_encoding') AS server_encoding,
    current_setting('default_transaction_read_only') AS default_transaction_read_only,
    pg_is_in_recovery() AS is_standby;
