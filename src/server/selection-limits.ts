import {
  type FieldNode,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import type { Limits } from "./adjustable-limits.ts";
import { limits } from "./limits.ts";
import { documentError } from "./request-error.ts";

/** Returns the rules that bound the selection sets of a document. They take as long as the document is long. */
export function selectionRules({
  depth,
  rootFields,
}: Pick<Limits, "depth" | "rootFields">): readonly ValidationRule[] {
  return [
    (context) => ({
      OperationDefinition({ selectionSet }) {
        const found = createDepthOf(context)(selectionSet);
        if (found.introspection > limits.introspectionDepth) {
          const most = `at most ${limits.introspectionDepth} deep`;
          context.reportError(documentError("TOO_DEEP", `Introspection may be ${most}.`));
        }
        if (found.fields <= depth) return;
        const message = `Fields may be nested ${depth} deep, but are ${found.fields} deep.`;
        context.reportError(documentError("TOO_DEEP", message));
      },
    }),
    (context) => ({
      OperationDefinition({ operation, selectionSet }) {
        const names = new Set(rootFieldsOf(selectionSet, context).map(responseName));
        if (names.size <= rootFields) return;
        const message = `A ${operation} may have ${rootFields} fields, but has ${names.size}.`;
        context.reportError(documentError("TOO_MANY_ROOT_FIELDS", message));
      },
    }),
  ];
}

/** How deep a selection set is. */
interface Depth {
  readonly fields: number;
  /** Of `__schema` and `__type`. */
  readonly introspection: number;
}

const NOTHING: Depth = { fields: 0, introspection: 0 };

/** Returns a function that measures a selection set with its fragments, each of them once. */
function createDepthOf(context: ValidationContext): (set: SelectionSetNode) => Depth {
  const known = new Map<string, Depth>();

  function depthOf({ selections }: SelectionSetNode): Depth {
    const depths = selections.map((selection): Depth => {
      if (selection.kind === Kind.FIELD) return depthOfField(selection);
      if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet);
      return depthOfFragment(selection.name.value);
    });
    return depths.reduce(deeper, NOTHING);
  }

  function depthOfField({ name, selectionSet }: FieldNode): Depth {
    const { fields, introspection } = selectionSet ? depthOf(selectionSet) : NOTHING;
    return /^__(schema|type)$/.test(name.value)
      ? { fields: 0, introspection: 1 + Math.max(fields, introspection) }
      : { fields: 1 + fields, introspection };
  }

  function depthOfFragment(name: string): Depth {
    const found = known.get(name);
    if (found) return found;
    // Another rule refuses fragments that contain themselves.
    known.set(name, NOTHING);
    const fragment = context.getFragment(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : NOTHING;
    known.set(name, depth);
    return depth;
  }

  return depthOf;
}

function deeper(one: Depth, other: Depth): Depth {
  return {
    fields: Math.max(one.fields, other.fields),
    introspection: Math.max(one.introspection, other.introspection),
  };
}

/** Returns the fields of an operation, also those in fragments, each of which is entered once. */
function rootFieldsOf(
  set: SelectionSetNode,
  context: ValidationContext,
  entered: Set<string> = new Set(),
): readonly FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return rootFieldsOf(selection.selectionSet, context, entered);
    }
    const { value: name } = selection.name;
    if (entered.has(name)) return [];
    entered.add(name);
    const fragment = context.getFragment(name);
    return fragment ? rootFieldsOf(fragment.selectionSet, context, entered) : [];
  });
}

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
