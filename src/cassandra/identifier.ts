/** The reserved keywords of CQL (Cassandra 5.0, Parser.g). */
const reservedWords = new Set(
  `add allow alter and apply asc authorize batch begin by columnfamily create default delete desc describe drop
  entries execute from full grant if in index infinity insert into is keyspace limit materialized mbean mbeans
  modify nan norecursive not null of on or order primary rename replace revoke schema select set table to token
  truncate unlogged unset update use using view where with`.split(/\s+/),
);

/** Returns a name as a CQL identifier, in double quotes if it needs them. */
export function identifier(name: string): string {
  const bare = /^[a-z][a-z0-9_]*$/.test(name) && !reservedWords.has(name);
  return bare ? name : `"${name.replaceAll('"', '""')}"`;
}
