import "./global-types.ts";
import "./table-object.ts";
import "./field-builder.ts";
import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import { GraphQLSchema } from "graphql";
import { pluginOptions } from "./builder-options.ts";
import { addBuilt } from "./plan/plannable.ts";
import { tableOf } from "./refs.ts";
import { schemaExtensions } from "./schema.ts";
import { scalars } from "./scalars.ts";
import { withScopes } from "./scope-auth.ts";
import type { FieldExtension } from "./selection.ts";
import { checkWrites } from "./writes.ts";

/** The plugin's name for a builder's `plugins`. The plugin requires the relay plugin and uses its connection types. */
export const cassandraPlugin = "cassandra";

/** The names of the scalars that the plugin has added to each builder. A builder may build several schemas. */
const addedTo = new WeakMap<object, Set<string>>();

/** Adds the scalars of column types to a builder. The methods that this folder adds to builders do everything else. */
export class CassandraPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override beforeBuild(): void {
    pluginOptions(this.builder);
    const added = addedTo.get(this.builder) ?? new Set();
    addedTo.set(this.builder, added);
    for (const [name, scalar] of Object.entries(scalars)) {
      if (!this.builder.configStore.hasImplementation(name)) {
        this.builder.addScalarType(name as never, scalar as never);
        added.add(name);
      }
    }
  }

  /**
   * Lets the scopes of a field be checked.
   *
   * @throws PothosSchemaError if a field needs a column that its table does not have, or a scope that nothing checks
   */
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>) {
    this.#checkColumns(field);
    const typeOptions = this.#optionsOfTypes(field.parentType);
    return withScopes(this.builder as never, field as never, { typeOptions }) as never;
  }

  /** Returns the options of a type and of its interfaces. */
  #optionsOfTypes(name: string): readonly object[] {
    const type = this.buildCache.getTypeConfig(name);
    const interfaces = "interfaces" in type ? type.interfaces : [];
    const others = interfaces.map((each) => this.buildCache.getTypeConfig(each));
    return [type, ...others].map(({ pothosOptions }) => pothosOptions);
  }

  #checkColumns(field: PothosOutputFieldConfig<Types>): void {
    const { columns = [] } = (field.extensions?.["cassandra"] ?? {}) as FieldExtension;
    const table = columns.length > 0 && tableOf(this.builder, field.parentType);
    const stray = table && columns.find((name) => !Object.hasOwn(table.columns, name));
    if (!table || stray === undefined) return;
    throw new PothosSchemaError(
      `Field "${field.parentType}.${field.name}" needs the column "${stray}", which table "${table.name}" does not have.`,
    );
  }

  /**
   * Removes the plugin's scalars that nothing in the schema uses.
   *
   * @throws PothosSchemaError if a query or a subscription could write
   */
  override afterBuild(schema: GraphQLSchema): GraphQLSchema {
    checkWrites(schema);
    addBuilt(schema, this.builder as never);
    const config = schema.toConfig();
    const added = addedTo.get(this.builder);
    const others = config.types.filter(({ name }) => !added?.has(name));
    const used = new GraphQLSchema({ ...config, types: others });
    // Filtering keeps the order of the types.
    const types = config.types.filter(({ name }) => used.getType(name));
    const extensions = { ...config.extensions, ...schemaExtensions(this.builder as never) };
    return new GraphQLSchema({ ...config, types, extensions });
  }
}

SchemaBuilder.registerPlugin(cassandraPlugin, CassandraPlugin);
