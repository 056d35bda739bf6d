/** What is done together with the entries of a table's orders. */
const marked = new WeakSet<object>();

/**
 * Marks a change, or the values of a new row, as done together with the entries of the table's orders: by whoever puts
 * these entries first. Nothing else may create rows of such a table, or change what an order sorts by.
 */
export function withEntries<Given extends object>(given: Given): Given {
  marked.add(given);
  return given;
}

/** Whether something was marked by {@link withEntries}. */
export function isWithEntries(given: object): boolean {
  return marked.has(given);
}
