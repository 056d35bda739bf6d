export type { Embedded, EmbeddedOptions } from "./embedded.ts";
export { LocalError, type LocalErrorCode } from "./error.ts";
export { readPlaces } from "./places.ts";
export { isRepositoryUrl } from "./repository.ts";
export { startEmbedded } from "./start.ts";
export { type RunningEmbedded, type Survey, surveyEmbedded } from "./survey.ts";
