/** A migration: its statements in the schema that is given, quoted. */
export type Migration = (schema: string) => readonly string[]

/**
 * Applied in order, each once; `meta.schema` holds how many. Never edited after a release: a change is one more.
 * Keys compare as bytes (`COLLATE "C"`). `json`, not `jsonb`: it keeps a text as it is, also one with an escaped U+0000.
 * Rows of files are never deleted.
 */
export const MIGRATIONS: readonly Migration[] = [
  (s) => [
    `CREATE SEQUENCE ${s}.fence_seq`,
    `CREATE SEQUENCE ${s}.file_seq`,
    `CREATE TABLE ${s}.job (
      job_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
      status text NOT NULL CHECK (status IN ('active', 'inactive', 'deleted')),
      definition json, place text NOT NULL, identity text NOT NULL CHECK (identity IN ('etag', 'mtime')),
      schema_version bigint NOT NULL, rules_version bigint NOT NULL, edition bigint NOT NULL,
      created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL
    )`,
    `CREATE TABLE ${s}.job_schema (
      job_no bigint NOT NULL REFERENCES ${s}.job, version bigint NOT NULL, hash text NOT NULL, body json NOT NULL,
      created_at timestamptz NOT NULL, PRIMARY KEY (job_no, version), UNIQUE (job_no, hash)
    )`,
    `CREATE TABLE ${s}.job_pin (
      job_no bigint NOT NULL REFERENCES ${s}.job, schema_version bigint NOT NULL, column_name text COLLATE "C" NOT NULL, type json NOT NULL,
      PRIMARY KEY (job_no, schema_version, column_name)
    )`,
    `CREATE TABLE ${s}.job_poll (
      job_no bigint PRIMARY KEY REFERENCES ${s}.job, fence bigint NOT NULL DEFAULT 0, owner text, lease_until timestamptz,
      next_poll_at timestamptz NOT NULL, cursor json NOT NULL DEFAULT '{}', last_polled_at timestamptz, last_sweep_at timestamptz,
      last_sweep_ms bigint, consecutive_failures bigint NOT NULL DEFAULT 0, blocked json,
      CHECK ((owner IS NULL) = (lease_until IS NULL))
    )`,
    `CREATE TABLE ${s}.job_tally (
      job_no bigint PRIMARY KEY REFERENCES ${s}.job, imported bigint NOT NULL DEFAULT 0, rows_written bigint NOT NULL DEFAULT 0,
      rows_rejected bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0, last_imported_at timestamptz
    )`,
    `CREATE TABLE ${s}.file (
      file_no bigint PRIMARY KEY, job_no bigint NOT NULL REFERENCES ${s}.job,
      key text COLLATE "C" NOT NULL, version text COLLATE "C" NOT NULL,
      size bigint NOT NULL, source_time timestamptz NOT NULL, discovered_at timestamptz NOT NULL,
      state text NOT NULL CHECK (state IN ('pending', 'claimed', 'imported', 'failed', 'skipped')),
      rule text, rules_version bigint, generation bigint NOT NULL, fence bigint NOT NULL,
      attempts bigint NOT NULL, crashes bigint NOT NULL, returns bigint NOT NULL, in_doubt boolean NOT NULL, dirty boolean NOT NULL,
      not_before timestamptz NOT NULL, owner text, lease_until timestamptz, as_of timestamptz, plan text, schema_version bigint,
      rows_read bigint, rows_written bigint, rows_rejected bigint, partial_rows bigint NOT NULL, format text,
      error json, issues json, receipt json, finished_at timestamptz, replaced_by text COLLATE "C",
      UNIQUE (job_no, key, version),
      CHECK ((state = 'claimed') = (lease_until IS NOT NULL)), CHECK ((state = 'claimed') = (owner IS NOT NULL)),
      CHECK (state <> 'imported' OR (rows_read IS NOT NULL AND rows_written IS NOT NULL AND rows_rejected IS NOT NULL
        AND rows_read = rows_written + rows_rejected AND receipt IS NOT NULL)),
      CHECK ((state = 'skipped') = (rule IS NOT NULL)), CHECK (state <> 'failed' OR error IS NOT NULL)
    )`,
    `CREATE INDEX file_due ON ${s}.file (job_no, not_before, file_no) WHERE state = 'pending'`,
    `CREATE INDEX file_doubt ON ${s}.file (job_no, not_before, file_no) WHERE state = 'pending' AND in_doubt`,
    `CREATE INDEX file_leased ON ${s}.file (job_no, lease_until, file_no) WHERE state = 'claimed'`,
    `CREATE UNIQUE INDEX file_one_claim_per_key ON ${s}.file (job_no, key) WHERE state = 'claimed'`,
    `CREATE INDEX file_unsettled ON ${s}.file (job_no, key) WHERE state = 'pending' AND (crashes > 0 OR in_doubt)`,
    `CREATE INDEX file_open ON ${s}.file (job_no, state, key) WHERE state <> 'imported'`,
    `CREATE TABLE ${s}.attempt (
      file_no bigint NOT NULL REFERENCES ${s}.file, fence bigint NOT NULL, generation bigint NOT NULL, attempt bigint NOT NULL,
      owner text NOT NULL, schema_version bigint, started_at timestamptz NOT NULL, ended_at timestamptz, outcome text, error json,
      PRIMARY KEY (file_no, fence)
    )`,
  ],
]

/** One row: how many migrations were applied, and what is added to the sequence of fences. */
export const META: Migration = (s) => [
  `CREATE TABLE ${s}.meta (one int PRIMARY KEY CHECK (one = 1), schema int NOT NULL, fence_base bigint NOT NULL)`,
  `INSERT INTO ${s}.meta VALUES (1, 0, 0)`,
]
