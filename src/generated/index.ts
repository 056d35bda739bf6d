export { type Api, type ApiNames } from "./names.ts";
export { createGeneratedSchema, type GeneratedSchemaOptions } from "./schema.ts";
