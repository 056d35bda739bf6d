/** Changes and new rows that are written together with the entries of the table's orders. */
const withOrderEntries = new WeakSet<object>();

/**
 * Marks a change, or the values of a new row, as written together with the entries of the table's orders. The caller must
 * put these entries first. A lane refuses to create rows of such a table without the mark, or to set a column that an order
 * sorts by.
 */
export function withEntries<Given extends object>(given: Given): Given {
  withOrderEntries.add(given);
  return given;
}

/** Whether an object was marked by {@link withEntries}. */
export function isWithEntries(given: object): boolean {
  return withOrderEntries.has(given);
}
