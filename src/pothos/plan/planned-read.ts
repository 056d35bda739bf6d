import type { FieldNode, GraphQLResolveInfo } from "graphql";
import type { RawRow, Session } from "../../cassandra/index.ts";
import type { PageToRead } from "../connection.ts";
import type { JsonWriter } from "./json-writer.ts";

/** How the field of a planned operation plannedReads: undecoded rows, which are written as JSON later. */
export interface PlannedRead {
  page(session: Session, page: PageToRead): Promise<PlannedValue>;
  row(session: Session, key: RawRow): Promise<PlannedValue>;
}

/** What a planned field returns. Only a {@link PlannedRead} creates it. */
export abstract class PlannedValue {
  /** Writes it as JSON. */
  abstract write(out: JsonWriter): void;
}

const plannedReads = new WeakMap<FieldNode, PlannedRead>();

/** Sets how the field that a node selects plannedReads. The node is of a planned operation, and of no other. */
export function setPlannedRead(node: FieldNode, read: PlannedRead): void {
  plannedReads.set(node, read);
}

/** Returns how a field plannedReads; undefined: as model rows, for the executor. */
export function plannedReadOf({ fieldNodes }: GraphQLResolveInfo): PlannedRead | undefined {
  return plannedReads.get(fieldNodes[0]!);
}
