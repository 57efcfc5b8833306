import fc from "fast-check";

/**
 * Properties draw the same cases in every run, so that a change is judged by itself;
 * `UMPIRE_SEED=random ./just test` (or a number) draws others. With `UMPIRE_SHRINK=no` a failing case is
 * reported as it was drawn.
 */
const seed = process.env.UMPIRE_SEED ?? "20261121";
if (seed !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
if (process.env.UMPIRE_SHRINK === "no")
	fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
