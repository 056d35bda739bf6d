export type { Application } from "./application.ts";
export { type Cli, type CliOptions, createCli } from "./cli.ts";
