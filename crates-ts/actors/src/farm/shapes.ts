import type { KindShape } from "@umpire/farm/kind.ts";
import { z } from "zod";

const root = z.templateLiteral(["0x", z.string().regex(/^[0-9a-f]{64}$/)]);
const integer = z.string().regex(/^\d{1,78}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** One file name, and none that leads anywhere else. */
const fileName = z
	.string()
	.max(255)
	.regex(/^[^/\\\0]+$/)
	.refine((text) => text !== "." && text !== "..");

const RUN = z.strictObject({ program: root, inputs: root });

/** To prove a part of a settlement. */
export const PROVE = {
	name: "prove",
	payload: z.strictObject({
		circuit: z.enum(["dot", "elements"]),
		input: z.record(
			z.string().max(64),
			z.union([integer, z.array(integer).max(256), z.array(z.array(integer).max(256)).max(256)]),
		),
	}),
	result: z.strictObject({ proof: z.templateLiteral(["0x", z.string().regex(/^[0-9a-f]{512}$/)]) }),
	hasData: false,
} satisfies KindShape;

/** To run a program and to hash all that its claim commits to. */
export const RECOMPUTE = {
	name: "recompute",
	payload: RUN,
	result: z.strictObject({ traceRoot: root }),
	hasData: false,
} satisfies KindShape;

/** The same, with what a claim states and, as data, what it is defended with. */
export const COMMIT = {
	name: "commit",
	payload: RUN,
	result: z.strictObject({
		traceRoot: root,
		opening: z.strictObject({
			root,
			operatorPath: z.array(root).max(64),
			stepPath: z.array(root).max(64),
			words: z.array(integer).length(5),
		}),
	}),
	hasData: true,
} satisfies KindShape;

/** To run a program: as data its outputs. */
export const EVALUATE = {
	name: "evaluate",
	payload: RUN,
	result: z.strictObject({}),
	hasData: true,
} satisfies KindShape;

const modelFile = z.strictObject({ path: fileName, folder: fileName.optional(), sha256 });

/** To check one model, whose files the coordinator keeps. */
export const CONFORMANCE = {
	name: "conformance",
	payload: z.strictObject({
		name: z.string().min(1).max(1000),
		files: z.array(modelFile).min(1).max(1000),
		model: fileName,
		input: fileName.optional(),
		expect: fileName.optional(),
		mayRefuse: z.boolean(),
		samples: z.int().min(0).max(1e6),
		seed: z.int(),
		bits: z.union([z.literal(8), z.literal(16)]),
	}),
	result: z.looseObject({
		name: z.string(),
		verdict: z.enum(["passed", "failed", "refused"]),
		milliseconds: z.number(),
	}),
	hasData: false,
} satisfies KindShape;

/** All kinds, what disputes wait for first. */
export const SHAPES: readonly KindShape[] = [PROVE, RECOMPUTE, COMMIT, EVALUATE, CONFORMANCE];

export type ModelFile = z.infer<typeof modelFile>;
export type ConformanceJob = z.infer<(typeof CONFORMANCE)["payload"]>;
export type RunJob = z.infer<typeof RUN>;
