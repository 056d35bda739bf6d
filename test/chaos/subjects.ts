import { accounts } from "./accounts/subject.ts";
import type { TableName } from "./history.ts";
import { parties } from "./parties/subject.ts";
import type { Subject } from "./subject.ts";

/** The subject of each table. */
export const subjects: Readonly<Record<TableName, Subject>> = { parties, accounts };
