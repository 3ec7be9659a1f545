import { SourceError } from '../errors.js'

const unsafe = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A key in quotes for messages: control and direction characters escaped, so that it cannot forge a log line. */
export function quoteKey(key: string): string {
  return JSON.stringify(key).replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function objectChanged(key: string, cause?: unknown): SourceError {
  return new SourceError('OBJECT_CHANGED', `${quoteKey(key)} changed since it was listed.`, {
    location: { key },
    remedy: 'Nothing to do: the next poll finds the new version. Write objects once, under new names, to avoid this.',
    cause,
  })
}

export function objectVanished(key: string, cause?: unknown): SourceError {
  return new SourceError('OBJECT_VANISHED', `${quoteKey(key)} is no longer there.`, {
    location: { key },
    remedy: 'Put the object back, or leave it: a deleted object is not imported.',
    cause,
  })
}
