export { describeKeyspace } from "./describe.ts";
export { printKeyspace } from "./print.ts";
