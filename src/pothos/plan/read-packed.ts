import type { PackedPage, PackedStatement, Session, Statement } from "../../cassandra/index.ts";

/** Runs a statement, and returns its rows as Cassandra sent them. */
export function readPacked(
  session: Session,
  statement: Statement<unknown>,
): Promise<readonly PackedPage[]> {
  const packed = { ...statement, decodePacked: (pages: readonly PackedPage[]) => pages };
  return session.run(packed as PackedStatement<readonly PackedPage[]>);
}
