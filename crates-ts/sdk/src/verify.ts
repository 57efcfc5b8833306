import type { Hex } from "@umpire/commitment/constants.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import type { StatedClaim } from "./claim.ts";
import type { PreparedInputs } from "./inputs.ts";
import { explained, marketWithErrors, type OpenMarket } from "./market.ts";
import { type Decoded, decodeElements } from "./output.ts";
import type { LoadedProgram } from "./program.ts";

/** What was found by computing a claim's answer anew. */
export interface Verification {
	readonly isRight: boolean;
	/** What is right. */
	readonly output: Decoded;
	readonly outputRoot: Hex;
	/** Undefined unless the whole trace was computed. */
	readonly traceRoot: Hex | undefined;
	/** Which of the claim's roots are others. */
	readonly differs: readonly ("output" | "trace")[];
}

export interface VerifyOptions {
	/**
	 * Compares the trace root as well, which takes as long as it takes a submitter: hashing every tensor. By default only
	 * the output is compared: it is what you rely on.
	 */
	readonly trace?: boolean;
}

/**
 * Computes a claim's answer here and compares it: nobody is trusted but this machine.
 *
 * @param claim as `readClaim` or `waitFor` gave it
 * @throws UmpireError if the claim's request is about another program or other inputs
 */
export async function verifyClaim(
	market: OpenMarket,
	program: LoadedProgram,
	inputs: Pick<PreparedInputs, "elements" | "root">,
	claim: Pick<StatedClaim, "request" | "outputRoot" | "traceRoot">,
	options: VerifyOptions = {},
): Promise<Verification> {
	await requireAbout(market, program, inputs, claim.request);
	const { header } = program.commitment;
	const withTrace = options.trace === true && !header.lazy;
	const session = await openSession(program.program, { record: withTrace ? "trace" : "outputs" });
	try {
		const trace = withTrace ? await recordTrace(session, program.commitment, inputs.elements) : undefined;
		const elements = (trace ?? (await session.run(inputs.elements))).outputs[0];
		const { shape, layout, width } = program.output;
		const { root } = await commitTensor(toPhysical(elements, shape, layout), width);
		const differs: ("output" | "trace")[] = [];
		if (root !== claim.outputRoot) differs.push("output");
		if (trace !== undefined && trace.traceRoot !== claim.traceRoot) differs.push("trace");
		return {
			isRight: differs.length === 0,
			output: decodeElements(program, elements),
			outputRoot: root,
			traceRoot: trace?.traceRoot,
			differs,
		};
	} finally {
		await session.release();
	}
}

async function requireAbout(
	{ client, market }: OpenMarket,
	program: Pick<LoadedProgram, "root">,
	inputs: Pick<PreparedInputs, "root">,
	request: bigint,
): Promise<void> {
	const asked = await client
		.readContract({ address: market, abi: marketWithErrors, functionName: "getRequest", args: [request] })
		.catch((error: unknown) => {
			throw explained(error, `Request ${request} is not to be had`, "check its number and the market.");
		});
	if (asked.program === program.root && asked.inputsRoot === inputs.root) return;
	const which = asked.program === program.root ? "other inputs" : "another program";
	throw new UmpireError("INPUT", `Request ${request} is about ${which}`, {
		advice: `load program ${asked.program} and the inputs ${asked.inputsRoot}.`,
	});
}
