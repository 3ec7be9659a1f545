import { compareKeys } from '../../model/compare-keys.js'
import type { BucketGrant } from './access-control.js'
import type { DoublePolicy } from './policy.js'
import type { StoredObject } from './stored-object.js'

/** A bucket's objects, in the order in which S3 lists them. */
export class Bucket {
  readonly name: string
  /** Twelve digits. */
  readonly owner: string
  /** `undefined`: no tag set. */
  tags: ReadonlyMap<string, string> | undefined
  grants: readonly BucketGrant[] = []
  policy: DoublePolicy | undefined
  readonly #objects = new Map<string, StoredObject>()
  #keys: string[] = []
  #sorted = true

  constructor(name: string, owner: string) {
    this.name = name
    this.owner = owner
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key)
  }

  put(object: StoredObject): void {
    if (!this.#objects.has(object.key)) {
      const last = this.#keys.at(-1)
      if (last !== undefined && compareKeys(last, object.key) > 0) this.#sorted = false
      this.#keys.push(object.key)
    }
    this.#objects.set(object.key, object)
  }

  delete(key: string): boolean {
    if (!this.#objects.delete(key)) return false
    this.#keys.splice(this.#indexFrom(key), 1)
    return true
  }

  /** Objects in UTF-8 byte order from the first key that is not before `from`. */
  *from(from: string): Generator<StoredObject> {
    for (let i = this.#indexFrom(from); i < this.#keys.length; i++) {
      const object = this.#objects.get(this.#keys[i] ?? '')
      if (object !== undefined) yield object
    }
  }

  /** Index of the first key at or after `key`. */
  #indexFrom(key: string): number {
    // Sorted when first needed, so that filling a bucket of a million keys costs one sort.
    if (!this.#sorted) this.#keys.sort(compareKeys)
    this.#sorted = true
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys(this.#keys[middle] ?? '', key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
