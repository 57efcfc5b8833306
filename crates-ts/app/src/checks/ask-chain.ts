import type { ProofFacts } from "@umpire/views/proof-facts.ts";
import { short } from "@umpire/views/text.ts";
import { decodeFunctionResult, encodeFunctionData, parseAbi } from "viem";
import type { Node } from "./rpc.ts";

const MARKET = parseAbi([
	"function ending(uint256 claim) view returns (uint8 status, address winner, uint256 endedAt)",
]);
const VERIFIER = parseAbi(["function verify(uint256[8][] proofs, uint256[] signals) view returns (bool)"]);
const STATUSES = ["does not exist", "is live", "is final", "was rejected"] as const;

/** What the contracts say. */
export interface ChainSays {
	readonly claim: string;
	/** Of the settlement's proofs; null where there are none. */
	readonly verifier: boolean | null;
	readonly block: number;
}

/** Asks the market what became of a claim, and the deployed verifier whether the proofs are right: nothing is sent. */
export async function askChain(
	{
		claim,
		market,
		proof,
	}: {
		readonly claim: number;
		readonly market: string;
		readonly proof: ProofFacts | undefined;
	},
	node: Node,
): Promise<ChainSays> {
	const call = (to: string, data: string): Promise<`0x${string}`> =>
		node.ask("eth_call", [{ to, data }, "latest"]) as Promise<`0x${string}`>;
	const block = Number(await node.ask("eth_blockNumber", []));
	const asked = encodeFunctionData({ abi: MARKET, functionName: "ending", args: [BigInt(claim)] });
	const [status, winner] = decodeFunctionResult({
		abi: MARKET,
		functionName: "ending",
		data: await call(market, asked),
	});
	const says = STATUSES[status] ?? "is in a state that this page does not know";
	return {
		claim: `claim ${claim} ${says}${status === REJECTED ? `, for ${short(winner)}` : ""}`,
		verifier: proof === undefined ? null : await verified(proof, call),
		block,
	};
}

const REJECTED = 3;

async function verified(
	{ proofs, verifier }: ProofFacts,
	call: (to: string, data: string) => Promise<`0x${string}`>,
): Promise<boolean> {
	type Eight = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
	const words = proofs.map(({ proof }) => proof.map(BigInt) as unknown as Eight);
	const signals = proofs.flatMap((one) => one.signals.map(BigInt));
	const data = encodeFunctionData({ abi: VERIFIER, functionName: "verify", args: [words, signals] });
	return decodeFunctionResult({ abi: VERIFIER, functionName: "verify", data: await call(verifier, data) });
}
