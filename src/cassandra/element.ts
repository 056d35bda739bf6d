/** One element of a map, to be written, or in a condition compared; null: that there is none of this key. */
export interface Element<K = unknown, V = unknown> {
  readonly key: K;
  readonly value: V;
  readonly [ELEMENT]: true;
}

const ELEMENT = Symbol("element");

/**
 * Names one element of a map that is hidden and not frozen.
 *
 * @example update(Theatre, key, { seats: element("balcony", 12) }, { if: { seats: element("balcony", null) } })
 */
export function element<K, V>(key: K, value: V): Element<K, V> {
  return { key, value, [ELEMENT]: true };
}

/** Whether it is a map's element. */
export function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && ELEMENT in value;
}
