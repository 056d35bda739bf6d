/** Returns an object's own property. Columns and fields may have the names of inherited properties. */
export function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
