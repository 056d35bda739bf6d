/** A map that keeps only the values that were set last. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/**
 * Creates a {@link Recent}. Not an lru-cache: that allocates arrays of its maximum at once, and every lane has one of these.
 *
 * @param most how many values it keeps
 */
export function createRecent<Value>(most: number): Recent<Value> {
  const values = new Map<string, Value>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= most) return;
      const [oldest] = values.keys();
      values.delete(oldest!);
    },
    delete: (key) => void values.delete(key),
  };
}
