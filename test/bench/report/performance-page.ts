import type { CaseSummary } from './case-summary.js'
import { machine, peerVersions } from './machine.js'
import { caseTables, goalTable, mappingTable } from './tables.js'

/** `docs/reference/performance.md`, whole: written by the bench, not by hand. */
export function performancePage(summaries: readonly CaseSummary[], rows: number, runs: number): string {
  return `# Performance

The figures of one run of \`npm run bench\`, which writes this page. Compare ratios, not speeds: each is to a peer that ran in turns with
Lading, on the same files, on the same machine.

- Machine: ${machine()}.
- Data: ${rows.toLocaleString('en')} rows of 35 columns: an id, epoch seconds, three labels and scores, 20 numbers, 8 texts of 4 to 176 values, 2 tags; embeddings: ${Math.round(rows * 0.3).toLocaleString('en')} rows and a list of 32 floats more. Two rows of a thousand are to be rejected.
- ${runs} runs of each case, in turns (A B C, A B C, …), each in a process of its own; figures are medians.
- Peers: ${peerVersions()}.

## Goals

${goalTable(summaries)}

A ratio is the peer's time divided by Lading's, from the file to the last row in the sink. Memory and stalls are the higher ones of columns and rows.

## Cases

${caseTables(summaries)}

### Mapping and checks

Inline, with a sink that only counts: the same columns decoded and passed on, and decoded, mapped and checked.

${mappingTable(summaries)}

## What the columns mean

| column | |
|---|---|
| krow/s, range | thousand rows a second: median, slowest and fastest run. Reading, decoding, mapping, checks, and a sink that computes a checksum over every mapped cell; files are in the page cache |
| CPU s/Mrow | processor seconds per million rows, of the process, its threads and its children |
| peak MB | highest resident memory of the process and its children together, looked at every 50 ms, the start included; memory that both share counts twice |
| stall ms, worst | the longest that the event loop of the host was held during one import: median over the runs, and the longest of all |
| first ms | the small file read before, with all that is done once: loading modules, starting a child process, opening a database |
| ÷ peer | how many times as fast as that peer |

Before the measured file each case reads one of 2,000 rows, in the same process. What that takes is in no other figure than memory, for Lading and peers alike.

## What each case does

Every case accepts the same rows and computes the same checksum: per column, the sum of the hashes of its cells (numbers by their float64 bits, text by its bytes, null apart). A case
whose checksum differs fails the bench.

| case | |
|---|---|
| Lading columns | \`ImportJob\` with \`localSource\`, \`modelSchema\` over the 35 columns, \`memoryStore\`; the sink reads \`batch.columns\` |
| Lading rows | the same; the sink reads \`batch.records()\` |
| duckdb-columns | \`read_csv\` with types and dialect said, or \`read_parquet\`; checks in SQL; streamed, each column of each chunk made an array of JavaScript values |
| duckdb-rows | the same by \`yieldRows\`, one object literal a row (faster than \`yieldRowObjects\`) |
| csv-parse-valibot | csv-parse to arrays, one object literal a row, valibot |
| hyparquet-valibot | row objects by \`parquetReadObjects\`, row group by row group, with hyparquet-compressors; valibot |
| avsc-valibot | \`createFileDecoder\`, valibot |
| arrow-rows-valibot | \`RecordBatchReader\` over a stream, row proxies, valibot |
| arrow-objects-valibot | the same with \`row.toJSON()\` before valibot |

## Run it

\`\`\`
npm run bench                        # 1,000,000 rows, 5 runs, about half an hour on 2 cores; writes this page
npm run bench -- --quick             # 150,000 rows, 3 runs, some minutes
npm run bench -- --only parquet      # only cases whose name holds the word
npm run bench -- --help
\`\`\`

The first run writes its data to \`.cache/bench\` (about 2.5 GB for 1,000,000 rows). Run it on a quiet machine: it says how many cores others kept busy.
`
}
