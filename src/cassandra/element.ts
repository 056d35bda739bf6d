/** One element of a map, in a change or a condition. The value null says that the map has no such key. */
export interface Element<K = unknown, V = unknown> {
  readonly key: K;
  readonly value: V;
  readonly [ELEMENT]: true;
}

const ELEMENT = Symbol("element");

/**
 * Returns one element of a map, for a change or a condition. The map must be hidden and not frozen.
 *
 * @example update(TheatreTable, key, { seats: element("balcony", 12) }, { if: { seats: element("balcony", null) } })
 */
export function element<K, V>(key: K, value: V): Element<K, V> {
  return { key, value, [ELEMENT]: true };
}

/** Returns whether a value is an {@link element}. */
export function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && ELEMENT in value;
}
