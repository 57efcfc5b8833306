import { NOBODY } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { headerToAbi } from "@umpire/operators/program-commitment.ts";
import type { Contracts } from "./contracts.ts";
import type { Call } from "./send.ts";

type Played = Exclude<Action, { type: "register" }>;

/** The contract call that makes a move of the game. */
export function callOf(on: Contracts, action: Action): Call {
	if (action.type === "register") {
		const { header, meaning } = headerToAbi(action.header);
		return { contract: on.registry, functionName: "register", args: [header, meaning] };
	}
	const value = "value" in action ? { value: action.value } : {};
	const call = marketCall(action);
	if (call !== undefined) return { contract: on.market, ...call, ...value };
	const args = courtArguments(action);
	// Nodes and leaves are published for all markets.
	const isShared = action.type === "open" || action.type === "publishLeaf" || action.type === "withdraw";
	return {
		contract: on.court,
		functionName: action.type,
		args: isShared ? args : [on.market.address, ...args],
		...value,
	};
}

/** A move of contracts/interfaces/IMarket.sol; undefined if it is the court's. */
function marketCall(action: Played): Pick<Call, "functionName" | "args"> | undefined {
	switch (action.type) {
		case "request": {
			const { program, inputsRoot, deadline, consumer } = action;
			const { submitter = NOBODY, exclusiveUntil = 0, isSealed = false } = action;
			const question = { program, inputsRoot, deadline, consumer, submitter, exclusiveUntil, isSealed };
			return { functionName: "request", args: [question] };
		}
		case "stopRequests":
			return { functionName: "stopRequests", args: [action.duration] };
		case "commitClaim":
			return { functionName: "commitClaim", args: [action.commitment] };
		case "claim": {
			const { request, traceRoot, opening, salt } = action;
			if (salt === undefined) return { functionName: "claim", args: [request, traceRoot, opening] };
			return { functionName: "claimSealed", args: [request, traceRoot, opening, salt] };
		}
		case "finalise":
		case "deliver":
			return { functionName: action.type, args: [action.claim] };
		case "refund":
			return { functionName: "refund", args: [action.request] };
		case "withdraw":
			return action.from === "market" ? { functionName: "withdraw", args: [] } : undefined;
		default:
			return undefined;
	}
}

/** The arguments in the order of contracts/interfaces/IDisputes.sol and IInputDemands.sol, without the market. */
function courtArguments(action: Played): readonly unknown[] {
	switch (action.type) {
		case "bindTrace":
			return [
				action.claim,
				action.segment,
				action.traceRoot,
				action.lastStep,
				action.stepPath,
				action.claimPath,
			];
		case "challenge":
			return [action.claim, action.entry];
		case "enter":
			return [action.dispute, action.entry];
		case "open":
			return [action.tree, action.childLevel, action.children];
		case "descend":
			return [action.dispute, action.index, action.child, action.path, action.entry];
		case "publishLeaf":
			return [action.width, action.count, action.words];
		case "name":
			return [action.dispute, action.element, action.operator];
		case "publishPartials":
			return [action.dispute, action.partials, action.operator, action.row, action.words];
		case "settle":
			return [action.dispute, action.settlement];
		case "settleDirectly":
			return [action.claim, action.beneficiary, action.location, action.settlement];
		case "timeout":
		case "reclaim":
			return [action.dispute];
		case "demandInput":
			return [action.claim, action.input, action.chunk, action.operator, action.opening];
		case "answerInput":
			return [action.demand, action.words, action.path, action.inputPath];
		case "collectAnswered":
		case "timeoutInput":
		case "reclaimInput":
			return [action.demand];
		default:
			return [];
	}
}
