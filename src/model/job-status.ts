/** What the user set, nothing else. `inactive` is paused; `deleted` is kept and never started again. */
export type JobStatus = 'active' | 'inactive' | 'deleted'

/** Where a file stands in the ledger. `imported`, `failed` and `skipped` are terminal within a generation. */
export type FileState = 'pending' | 'claimed' | 'imported' | 'failed' | 'skipped'

/** Phase of the engine in this process. */
export type JobPhase = 'idle' | 'polling' | 'stopping' | 'stopped'
