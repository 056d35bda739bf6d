export { type RowConnection, type PageArguments, pageSize } from "./connection.ts";
export { createOperationCost, type OperationCost } from "./cost.ts";
export { setDeadline } from "./deadline.ts";
export {
  badArgument,
  bridgeCodes,
  checkArgument,
  clientError,
  errorsOf,
  timedOut,
} from "./error.ts";
export type { Outcome } from "./options/field.ts";
export { type Form, type FormOfKind, type Forms, scalarForm } from "./forms/form.ts";
export { createExecute, type ExecutedMessage } from "./plan/execute.ts";
export type { AnswerLimit } from "./plan/operation-plan.ts";
export { PlannedResult } from "./plan/planned-result.ts";
export { JsonText } from "./plan/json-text.ts";
export { OPERATOR } from "./operator.ts";
export { admitOfSchema, authorizesOnSubscribe, requireTables } from "./schema.ts";
export type { CassandraScalars } from "./scalars.ts";
export type { TableScopes, ViewerScopes } from "./options/scope.ts";
export type { Need, ScopeExtension } from "./scopes.ts";
export { canShowColumn, showEach, showRow } from "./shown.ts";
export { hasSkipped, skip, takeSkipped } from "./skipped.ts";
export {
  type Claims,
  createStranger,
  createViewer,
  isViewer,
  openViewer,
  type SignedIn,
  signInFirst,
  type Viewer,
  viewerCodes,
} from "./viewer.ts";
export { viewerScopes } from "./viewer-scopes.ts";
export { restrictableColumns } from "./where.ts";
export { cassandraPlugin as default } from "./plugin.ts";
