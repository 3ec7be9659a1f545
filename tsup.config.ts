import { defineConfig } from 'tsup'

/** Name in `dist` and in the package's `exports`, and its source. `dist` stays flat: chunks and entries find each other. */
const entry = {
  index: 'src/index.ts',
  s3: 'src/entries/s3.ts',
  sqlite: 'src/entries/sqlite.ts',
  postgres: 'src/entries/postgres.ts',
  duckdb: 'src/entries/duckdb.ts',
  parquet: 'src/entries/parquet.ts',
  arrow: 'src/entries/arrow.ts',
  testing: 'src/entries/testing.ts',
  worker: 'src/entries/worker.ts',
}

export default defineConfig({
  entry,
  outDir: 'dist',
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'node',
  // Without splitting each CJS entry would hold its own copy of every class, and `import()` would be inlined.
  splitting: true,
  // `import.meta.url` also in the CJS build.
  shims: true,
  // tsup strips "node:" by default; `node:sqlite` exists under that name alone.
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  // LADING_BUILD=js: the demo needs no declarations and shall start fast.
  dts: process.env.LADING_BUILD !== 'js',
})
