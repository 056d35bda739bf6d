import { PothosSchemaError, RootFieldBuilder } from "@pothos/core";
import type { Table } from "../cassandra/index.ts";
import { addCountersField } from "./fields/add-counters.ts";
import { changeField, type UntypedChangeOptions } from "./fields/change.ts";
import { createField } from "./fields/create.ts";
import { followField } from "./fields/follow.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import { addNumberField, changeNumberField } from "./fields/number.ts";
import { partitionField } from "./fields/partition.ts";
import { putField } from "./fields/put.ts";
import { putRowsField } from "./fields/put-rows.ts";
import { removeField } from "./fields/remove.ts";
import { removeRangeField } from "./fields/remove-range.ts";
import { rowField } from "./fields/row.ts";
import { updateField } from "./fields/update.ts";
import { watchField } from "./fields/watch.ts";

// The methods that `global-types.ts` declares. All field builders have them at run time; the types declare on which ones
// they may be called.

type UntypedMethod = (this: FieldBuilder, table: Table, ...others: never[]) => unknown;

const methods: Readonly<Record<string, UntypedMethod>> = {
  row(table, options?: object) {
    return rowField(this, table, options);
  },
  partition(table, options?: object) {
    return partitionField(this, table, options);
  },
  create(table, options?: object) {
    return createField(this, table, options);
  },
  update(table, columns: readonly string[], options?: object) {
    return updateField(this, table, { columns, options });
  },
  remove(table, options?: object) {
    return removeField(this, table, options);
  },
  putRows(table, options?: object) {
    return putRowsField(this, table, options);
  },
  removeRange(table, options?: object) {
    return removeRangeField(this, table, options);
  },
  change(table, ...given: readonly [string | object, object?]) {
    const [column, options] = columnAndOptions(given);
    if (hasChange(options)) return changeField(this, table, { column, options });
    if (column === undefined) throw nothingToChange(table);
    return changeNumberField(this, table, { column, options });
  },
  add(table, ...given: readonly [(string | object)?, object?]) {
    const [column, options] = columnAndOptions(given);
    return column === undefined
      ? addCountersField(this, table, options)
      : addNumberField(this, table, { column, options });
  },
  put(table, options?: object) {
    return putField(this, table, options);
  },
  watch(table, ...given: readonly [(string | object)?, object?]) {
    const [column, options] = columnAndOptions(given);
    return watchField(this, table, { column, options });
  },
  follow(table, options?: object) {
    return followField(this, table, options);
  },
};

Object.assign(RootFieldBuilder.prototype, methods);

/** Returns the column and the options from the arguments after the table. Each of them is optional. */
function columnAndOptions([first, second]: readonly [(string | object)?, object?]): readonly [
  column: string | undefined,
  options: object | undefined,
] {
  return typeof first === "string" ? [first, second] : [undefined, first];
}

function hasChange(options: object | undefined): options is UntypedChangeOptions {
  return options !== undefined && "change" in options;
}

function nothingToChange({ name }: Table): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": t.change needs a column, or a function that changes the row: change: (row) => ….`,
  );
}
