/**
 * Applied in order, each once; `lading_meta.schema` holds how many. Never edited after a release: a change is one more.
 * Times are integers, ms since 1970. Keys compare as BINARY, which is UTF-8 bytes. Rows of files are never deleted.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE lading_job (
    job_no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'deleted')),
    definition TEXT, place TEXT NOT NULL, identity TEXT NOT NULL CHECK (identity IN ('etag', 'mtime')),
    schema_version INTEGER NOT NULL, rules_version INTEGER NOT NULL, edition INTEGER NOT NULL,
    created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE lading_job_schema (
    job_no INTEGER NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (job_no, version), UNIQUE (job_no, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lading_job_pin (
    job_no INTEGER NOT NULL, schema_version INTEGER NOT NULL, column_name TEXT NOT NULL, type TEXT NOT NULL,
    PRIMARY KEY (job_no, schema_version, column_name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lading_job_poll (
    job_no INTEGER PRIMARY KEY, fence INTEGER NOT NULL DEFAULT 0, owner TEXT, lease_until INTEGER, next_poll_at INTEGER NOT NULL,
    cursor TEXT NOT NULL DEFAULT '{}', last_polled_at INTEGER, last_sweep_at INTEGER, last_sweep_ms INTEGER,
    consecutive_failures INTEGER NOT NULL DEFAULT 0, blocked TEXT,
    CHECK ((owner IS NULL) = (lease_until IS NULL))
  ) STRICT;
  CREATE TABLE lading_job_tally (
    job_no INTEGER PRIMARY KEY, imported INTEGER NOT NULL DEFAULT 0, rows_written INTEGER NOT NULL DEFAULT 0,
    rows_rejected INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, last_imported_at INTEGER
  ) STRICT;
  CREATE TABLE lading_file (
    file_no INTEGER PRIMARY KEY, job_no INTEGER NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
    size INTEGER NOT NULL, source_time INTEGER NOT NULL, discovered_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'claimed', 'imported', 'failed', 'skipped')),
    rule TEXT, rules_version INTEGER, generation INTEGER NOT NULL, fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL, crashes INTEGER NOT NULL, returns INTEGER NOT NULL,
    in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1)), dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
    not_before INTEGER NOT NULL, owner TEXT, lease_until INTEGER, as_of INTEGER, plan TEXT, schema_version INTEGER,
    rows_read INTEGER, rows_written INTEGER, rows_rejected INTEGER, partial_rows INTEGER NOT NULL, format TEXT,
    error TEXT, issues TEXT, receipt TEXT, finished_at INTEGER, replaced_by TEXT,
    UNIQUE (job_no, key, version),
    CHECK ((state = 'claimed') = (lease_until IS NOT NULL)), CHECK ((state = 'claimed') = (owner IS NOT NULL)),
    CHECK (state <> 'imported' OR (rows_read IS NOT NULL AND rows_written IS NOT NULL AND rows_rejected IS NOT NULL
      AND rows_read = rows_written + rows_rejected AND receipt IS NOT NULL)),
    CHECK ((state = 'skipped') = (rule IS NOT NULL)), CHECK (state <> 'failed' OR error IS NOT NULL)
  ) STRICT;
  CREATE INDEX lading_file_due ON lading_file (job_no, not_before, file_no) WHERE state = 'pending';
  CREATE INDEX lading_file_doubt ON lading_file (job_no, not_before, file_no) WHERE state = 'pending' AND in_doubt = 1;
  CREATE INDEX lading_file_leased ON lading_file (job_no, lease_until, file_no) WHERE state = 'claimed';
  CREATE UNIQUE INDEX lading_file_one_claim_per_key ON lading_file (job_no, key) WHERE state = 'claimed';
  CREATE INDEX lading_file_open ON lading_file (job_no, state, key) WHERE state <> 'imported';
  CREATE TABLE lading_attempt (
    file_no INTEGER NOT NULL, fence INTEGER NOT NULL, generation INTEGER NOT NULL, attempt INTEGER NOT NULL, owner TEXT NOT NULL,
    schema_version INTEGER, started_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT, error TEXT,
    PRIMARY KEY (file_no, fence)
  ) STRICT, WITHOUT ROWID;
  `,
]

/** One row: how many migrations were applied, and the last fence given. */
export const META = `
  CREATE TABLE lading_meta (
    one INTEGER PRIMARY KEY CHECK (one = 1), schema INTEGER NOT NULL, fence INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lading_meta VALUES (1, 0, 0);
`
