import { DecodeError, type ImportError, importErrorFrom } from '../../errors.js'
import type { ErrorCode } from '../../model/error-code.js'
import type { Issue } from '../../model/issue.js'
import type { ErrorLocation } from '../../model/serialized-error.js'
import { list, members, oneOf, text, wholeNumber } from './claims.js'
import { readCheck } from './issue-log-reader.js'

/** What may be said of a file by those who read it. Codes of the engine, the sink or the store mean nothing there. */
const CODES = [
  'FORMAT_UNKNOWN',
  'FORMAT_MISMATCH',
  'FORMAT_UNSUPPORTED',
  'FILE_CORRUPT',
  'BUDGET_EXCEEDED',
  'DECODER_FAILED',
  'SCHEMA_MISMATCH',
  'MAPPER_FAILED',
] as const satisfies readonly ErrorCode[]

const MOST_TEXT = 16_384
const MOST_ISSUES = 100

/** An error of the far side: always of this file, never a cause or a stack. */
export interface WireError {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly location: ErrorLocation
  readonly remedy: string | null
  readonly issues: readonly Issue[]
}

/** @param error an `ImportError`; whatever else a decoder throws has been wrapped before */
export function wireError({ name, code, message, retryable, location, remedy, issues }: ImportError): WireError {
  const short = (words: string): string => words.slice(0, MOST_TEXT)
  return {
    name,
    code,
    message: short(message),
    retryable,
    location,
    remedy: remedy === undefined ? null : short(remedy),
    // Values are for hosts that asked for them, and those read them elsewhere.
    issues: issues.slice(0, MOST_ISSUES).map(({ value, ...issue }) => issue),
  }
}

/** @throws FalseFrame */
export function errorFromWire(wire: unknown): ImportError {
  const claimed = members(wire, 'an error')
  const code = text(claimed.code, 'the code of an error', 100)
  const location = members(claimed.location, 'the location of an error')
  const known = CODES.find((word) => word === code) ?? (/^X_[A-Z0-9_]+$/.test(code) ? (code as `X_${string}`) : null)
  const message = text(claimed.message, 'the message of an error', MOST_TEXT)
  const remedy = claimed.remedy === null ? undefined : text(claimed.remedy, 'the remedy of an error', MOST_TEXT)
  const details = {
    scope: 'file',
    retryable: claimed.retryable === true,
    location: {
      ...(location.key === undefined ? {} : { key: text(location.key, 'the key of an error', 4_096) }),
      ...(location.row === undefined ? {} : { row: wholeNumber(location.row, 'the row of an error') }),
      ...(location.column === undefined ? {} : { column: text(location.column, 'the column of an error', MOST_TEXT) }),
      ...(location.byteOffset === undefined ? {} : { byteOffset: wholeNumber(location.byteOffset, 'the offset of an error') }),
    },
    remedy,
  } as const
  if (known === null) {
    return new DecodeError('DECODER_FAILED', `The decoder ended with ${code}: ${message}`, details)
  }
  const issues = list(claimed.issues, 'the issues of an error', MOST_ISSUES).map(readIssue)
  return importErrorFrom({ name: oneOf(claimed.name, 'the name of an error', NAMES), code: known, message, ...details, issues })
}

const NAMES = ['ImportError', 'ConfigError', 'SourceError', 'DecodeError', 'MappingError', 'SinkError', 'StoreError'] as const

function readIssue(wire: unknown): Issue {
  const { row, column } = members(wire, 'an issue')
  return {
    ...readCheck(wire),
    ...(row === undefined ? {} : { row: wholeNumber(row, 'the row of an issue') }),
    ...(column === undefined ? {} : { column: text(column, 'the column of an issue', MOST_TEXT) }),
  }
}
