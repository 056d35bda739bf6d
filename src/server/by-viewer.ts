import {
  BREAK,
  type DocumentNode,
  getNamedType,
  getOperationAST,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { authorizesOnSubscribe } from "../pothos/index.ts";

/** Whether a subscription selects something whose value may depend on who asks. */
export type IsByViewer = (
  document: DocumentNode,
  operationName: string | null | undefined,
) => boolean;

/**
 * Creates the function that looks in valid subscriptions for generated fields with `from` or `key`, and for whatever
 * `@pothos/plugin-scope-auth` authorizes. Events are executed in the context of one of several subscribers, so the value of
 * such a field may be shared only by those whom nothing can tell apart.
 *
 * A field also counts if the plugin authorizes its type, which may happen without any field of the type.
 *
 * The subscription's own field does not count otherwise: each subscriber subscribes to it in its own context. There the
 * plugin authorizes it as well, if the builder says so.
 */
export function createIsByViewer(schema: GraphQLSchema): IsByViewer {
  const known = new WeakMap<DocumentNode, Map<string | null | undefined, boolean>>();
  const isRootSafe = authorizesOnSubscribe(schema);

  function isFieldByViewer(parent: GraphQLNamedType, name: string): boolean {
    const isRoot = parent === schema.getSubscriptionType();
    if (isRoot && isRootSafe) return false;
    return withPossible(parent).some((type) => isMarked(type, { name, isRoot }));
  }

  const withPossible = (type: GraphQLNamedType): readonly GraphQLNamedType[] =>
    isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];

  function find(document: DocumentNode, operationName: string | null | undefined): boolean {
    const operation = getOperationAST(document, operationName);
    // All fragments, as a document seldom has some that the operation does not use.
    const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const definitions = operation ? [operation, ...fragments] : fragments;
    const types = new TypeInfo(schema);
    let isFound = false;
    const Field = ({ name }: { readonly name: { readonly value: string } }) => {
      const parent = types.getParentType();
      const type = getNamedType(types.getType());
      isFound =
        (parent != null && isFieldByViewer(parent, name.value)) ||
        (type != null && withPossible(type).some(isTypeAuthorized));
      return isFound ? BREAK : undefined;
    };
    visit({ kind: Kind.DOCUMENT, definitions }, visitWithTypeInfo(types, { Field }));
    return isFound;
  }

  return (document, operationName) => {
    let ofDocument = known.get(document);
    if (!ofDocument) known.set(document, (ofDocument = new Map()));
    let isByViewer = ofDocument.get(operationName);
    if (isByViewer === undefined) {
      isByViewer = find(document, operationName);
      ofDocument.set(operationName, isByViewer);
    }
    return isByViewer;
  };
}

interface FieldPlace {
  readonly name: string;
  /** Whether it is the field of a subscription itself. */
  readonly isRoot: boolean;
}

function isMarked(type: GraphQLNamedType, { name, isRoot }: FieldPlace): boolean {
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  const field = type.getFields()[name];
  if (!field) return false;
  const {
    byViewer = false,
    scopes,
    inputScopes,
  } = (field.extensions["cassandra"] ?? {}) as ViewerMarks;
  // What a table's scopes need is equal for callers with equal scopes. Others of the field's own are marked.
  const isAuthorized = isAuthorizedByPlugin(field) && !scopes && !inputScopes;
  if (isRoot) return byViewer || isAuthorized;
  return byViewer || isAuthorized || isTypeAuthorized(type);
}

/** Whether `@pothos/plugin-scope-auth` authorizes a type, or one of its interfaces. */
function isTypeAuthorized(type: GraphQLNamedType): boolean {
  const hasInterfaces = isObjectType(type) || isInterfaceType(type);
  return [type, ...(hasInterfaces ? type.getInterfaces() : [])].some(isAuthorizedByPlugin);
}

/** What a field's `extensions.cassandra` says about its value. */
interface ViewerMarks {
  /** Whether it depends on more of the viewer than on its scopes. */
  readonly byViewer?: boolean;
  readonly scopes?: unknown;
  readonly inputScopes?: unknown;
}

/** Whether `@pothos/plugin-scope-auth` authorizes a field or type. */
function isAuthorizedByPlugin({ extensions }: Extended): boolean {
  const { authScopes } = (extensions["pothosOptions"] ?? {}) as { readonly authScopes?: unknown };
  return Boolean(authScopes);
}

interface Extended {
  readonly extensions: Readonly<Record<string, unknown>>;
}
