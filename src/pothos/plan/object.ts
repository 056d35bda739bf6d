import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  isObjectType,
  type SelectionSetNode,
} from "graphql";
import { type MergedNodes, collectFields, type Selecting } from "./collect.ts";
import { leaveToExecutor } from "./for-executor.ts";
import type { JsonTemplate } from "./template.ts";
import type { PlannedFields } from "./planned-fields.ts";

/** A field of a type. */
export type OutputField = GraphQLField<unknown, unknown>;

/** Adds the value of a field. */
export type AddValue = (field: OutputField, nodes: MergedNodes) => void;

/** The selected fields of an object, and how their values are written. */
export interface ObjectOptions {
  readonly sets: readonly SelectionSetNode[];
  readonly selecting: Selecting;
  readonly fields: PlannedFields;
  readonly add: AddValue;
}

/** Adds an object that is not null to a template. */
export function addObject(
  template: Pick<JsonTemplate<never>, "text">,
  type: GraphQLObjectType,
  { sets, selecting, fields, add }: ObjectOptions,
): void {
  // It may be there to authorize the type.
  if (type.isTypeOf) leaveToExecutor();
  let separator = "{";
  for (const [key, nodes] of collectFields(type, sets, selecting)) {
    template.text(`${separator}"${key}":`);
    separator = ",";
    const { value: name } = nodes[0].name;
    if (name === "__typename") {
      fields.count();
      template.text(`"${type.name}"`);
    } else add(fields.add(type.getFields()[name]), nodes);
  }
  // The executor answers a selection of which everything is skipped.
  if (separator === "{") leaveToExecutor();
  template.text("}");
}

/** Returns the type of the objects that a field returns. Any other type is left to the executor. */
export function objectTypeOf({ type }: OutputField): GraphQLObjectType {
  const named = getNamedType(type);
  return isObjectType(named) ? named : leaveToExecutor();
}
