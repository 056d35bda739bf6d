import { PothosSchemaError } from "@pothos/core";
import { GraphQLError } from "graphql";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import { showOf } from "../admit.ts";
import { fieldNameOf } from "../columns.ts";
import { capital, constantCase, nameInWords, withArticle } from "../names.ts";
import { liveOf } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { rowVersion } from "../outcomes/row.ts";
import { neededColumns, shownColumns, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { rowKey, type UntypedFrom } from "./key.ts";

interface UntypedWatchOptions {
  readonly from?: UntypedFrom;
}

/** A version of a row, as a subscription gets it. */
interface VersionEvent {
  readonly row: RawRow;
  readonly asOf: bigint | null;
}

interface WatchFieldRequest {
  /** The column to watch. Undefined: all columns that the object shows. */
  readonly column: string | undefined;
  readonly options: UntypedWatchOptions | undefined;
}

/** Returns the field of `t.watch`. */
export function watchField(
  t: FieldBuilder,
  table: Table,
  { column, options = {} }: WatchFieldRequest,
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const live = liveOf(builder, "t.watch");
  const object = tableObjectOf(builder, table);
  const shown = shownColumns(object);
  checkWatched(table, { column, shown });
  const words = nameInWords(object.name);
  const key = rowKey(t, table, from);
  const columns = column === undefined ? shown : [column];
  const view = {
    columns,
    // An event has the whole row as it was when the version was read.
    beside: neededColumns(object).filter((name) => !columns.includes(name)),
    admit: showOf(builder, table),
  };
  const { type, resolve } = versionType();
  const code = `${constantCase(object.name)}_NOT_FOUND`;
  const watched =
    column === undefined
      ? `${capital(withArticle(words))}`
      : `\`${fieldNameOf(table, column)}\` of ${withArticle(words)}`;

  function versionType() {
    if (column === undefined) {
      const { ref, of } = rowVersion(object);
      return { type: ref, resolve: ({ row, asOf }: VersionEvent) => of(row, asOf) };
    }
    const { ref, of } = columnChanged(object, column);
    return { type: ref, resolve: ({ row }: VersionEvent) => of(row, () => Promise.resolve(row)) };
  }

  return generatedField(
    t,
    {
      method: "t.watch",
      table,
      type,
      nullable: false,
      description: `${watched}: sends the current version at once, then the newest version whenever there is a newer one. Completes when the ${words} is deleted. Fails with \`${code}\` if there is none.`,
      keyArguments: key.args,
      args: {
        since: t.arg({
          type: "WriteTime" as never,
          required: false,
          description:
            "The `asOf` of the version that you have. If it is the current one, only newer versions are sent.",
        } as never),
      },
      columns: column === undefined ? [] : [column],
      async run(call) {
        const { args, context } = call;
        const row = await key.find(call);
        const since = (args["since"] as bigint | null | undefined) ?? undefined;
        const versions = await live(context).watch(table, row, { ...view, since } as never);
        if (versions) return versions;
        const message = `There is no ${words} with this key.`;
        throw new GraphQLError(message, { extensions: { code } });
      },
      resolve,
    },
    passedOn,
  );
}

interface WatchedColumns {
  readonly column: string | undefined;
  readonly shown: readonly string[];
}

/** @throws PothosSchemaError for a column that cannot be watched, or an object that shows none */
function checkWatched(table: Table, { column, shown }: WatchedColumns): void {
  if (column === undefined && shown.length > 0) return;
  if (column !== undefined && dataNames(table).includes(column)) return;
  const why = column === undefined ? "shows no column outside its key" : `cannot watch "${column}"`;
  throw new PothosSchemaError(
    `Table "${table.name}": t.watch ${why}. It can watch ${dataNames(table).join(", ") || "none"}.`,
  );
}
