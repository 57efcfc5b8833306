import { join } from "node:path";
import { isOfDispute } from "@umpire/actors/accounting.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";

/** One wrong claim brought down in one way. Gas of the moves from the challenge to the verdict. */
export interface ModeBench {
	readonly mode: string;
	/** Where the claim is wrong: OPERATOR:ELEMENT. */
	readonly defect: string;
	readonly rounds: number;
	readonly transactions: number;
	readonly claimGas: number;
	readonly challengerGas: number;
	readonly submitterGas: number;
	/** Computing and sending the claim; and from its challenge to the verdict, the waiting skipped. */
	readonly claimSeconds: number;
	readonly seconds: number;
}

/** The wrong score of a class, one part; and a wrong number of the first dense layer, three parts. Both reach the output. */
const DEFECTS = ["7:6", "5:75"] as const;

const MODES = [
	["bisect, eager", { mode: "bisect", commitment: "eager" }],
	["bisect, lazy", { mode: "bisect", commitment: "lazy" }],
	["direct", { mode: "direct", commitment: "eager" }],
] as const;

/** Plays the same wrong claims about LeNet-5 in every way in which they can be brought down. */
export async function benchModes(progress: (line: string) => void): Promise<ModeBench[]> {
	const results: ModeBench[] = [];
	const folder = join(projectRoot, "testdata");
	for (const defect of DEFECTS) {
		for (const [mode, how] of MODES) {
			progress(`Bringing down a claim that is wrong in ${defect}: ${mode}...`);
			const result = await rehearse({
				model: join(folder, "lenet-5.onnx"),
				input: join(folder, "lenet-5-input.json"),
				defect,
				attack: false,
				seed: 1,
				bits: 16,
				progress: () => {},
				...how,
			});
			if (!result.ok) throw new Error(`${mode}, ${defect}: ${result.error}`);
			const moves = result.transactions.filter(({ move }) => isOfDispute(move));
			const gasBy = (role: string) => moves.reduce((sum, { by, gas }) => (by === role ? sum + gas : sum), 0);
			results.push({
				mode,
				defect,
				rounds: result.rounds,
				transactions: moves.length,
				claimGas: result.gas.claim,
				challengerGas: gasBy("verifier"),
				submitterGas: gasBy("submitter"),
				claimSeconds: result.seconds.claim,
				seconds: result.seconds.dispute,
			});
		}
	}
	return results;
}
