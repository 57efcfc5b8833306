import { getClaim, getDispute, getInputDemand, getRequest, getTurn } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, PHASE, SIDE } from "@umpire/game/state.ts";
import { zeroAddress } from "viem";
import { type ActorStatus, actorsOf } from "./actor-status.ts";
import { endOf, winnerOf } from "./dispute-end.ts";
import { type TrustedKeys, trustedKeys } from "./trusted-keys.ts";
import type { View } from "./world.ts";

/** What stands on the chain. Amounts in wei. */
export interface Status {
	readonly chainId: number;
	/** The hosts of the nodes that are asked. */
	readonly rpc: readonly string[];
	readonly market: Hex;
	readonly court: Hex;
	/** Whose proving keys this market has: of others than a ceremony's everybody can forge proofs. */
	readonly keys: TrustedKeys;
	/** Who may keep new requests out for a while; null for nobody. */
	readonly guardian: Hex | null;
	/** Seconds since 1970 before which requests are refused; 0 if they never were. */
	readonly stoppedUntil: number;
	readonly programs: readonly { number: number; root: Hex }[];
	readonly requests: readonly { request: number; program: number; fee: bigint; status: string }[];
	readonly claims: readonly {
		claim: number;
		request: number;
		submitter: Hex;
		status: string;
		winner: Hex | null;
	}[];
	/** `winner`: null as long as a dispute is open, and where its claim was decided elsewhere. */
	readonly disputes: readonly {
		dispute: number;
		claim: number;
		challenger: Hex;
		phase: string;
		turn: string;
		winner: Hex | null;
	}[];
	/** The bounds of the actors that were started from this home folder; amounts in wei, at the present price of gas. */
	readonly actors: readonly ActorStatus[];
	/** Open demands for chunks of inputs. */
	readonly demands: readonly { demand: number; claim: number; input: number; chunk: number; left: string }[];
}

/**
 * Reads the state of everything that a deployment's events name.
 *
 * @param warn told of what is left out
 */
export async function statusOf(view: View, warn: (line: string) => void = () => {}): Promise<Status> {
	const { contracts, feed } = view;
	await feed.poll();
	const at = feed.head?.hash;
	const now = await chainTime(contracts.connection, feed.head);
	const programs: { number: number; root: Hex }[] = [];
	const requests: Status["requests"][number][] = [];
	const claims: Status["claims"][number][] = [];
	const disputes: Status["disputes"][number][] = [];
	const demands: Status["demands"][number][] = [];
	const { increment, reserve } = contracts.deployment.parameters;
	for (const { name, args } of feed.events) {
		if (name === "Registered") programs.push({ number: Number(args.number), root: args.program });
		if (name === "Requested") {
			const { closed, liveClaim, program, fee } = await getRequest(contracts, args.request, at);
			const number = programs.find(({ root }) => root === program)?.number ?? 0;
			const status = closed ? "closed" : liveClaim !== 0 ? `claimed (${liveClaim})` : "open";
			requests.push({ request: Number(args.request), program: number, fee, status });
		}
		if (name === "Claimed") {
			const { status, submitter, request, winner } = await getClaim(contracts, args.claim, at);
			claims.push({
				claim: Number(args.claim),
				request,
				submitter,
				status: nameOf(CLAIM_STATUS, status),
				winner: winner === zeroAddress ? null : winner,
			});
		}
		if (name === "InputDemanded") {
			const { open, claim, input, chunk, demandedAt, crowding } = await getInputDemand(
				contracts,
				args.demand,
			);
			const left = seconds(BigInt(demandedAt + increment + reserve + crowding) - now);
			if (open) demands.push({ demand: Number(args.demand), claim, input, chunk, left });
		}
		if (name === "Challenged") {
			const { claim, phase } = await getDispute(contracts, args.dispute, at);
			const { side, until } = await getTurn(contracts, args.dispute, at);
			const turn = side === SIDE.nobody ? "" : `${nameOf(SIDE, side)} to move, ${seconds(until - now)} left`;
			const { challenger } = args;
			const end = endOf(feed.events, Number(args.dispute));
			const { submitter } = claims.find((one) => one.claim === claim)!;
			const winner = end === undefined ? null : winnerOf(end, { submitter, challenger });
			disputes.push({
				dispute: Number(args.dispute),
				claim,
				challenger,
				phase: nameOf(PHASE, phase),
				turn,
				winner,
			});
		}
	}
	const guardian = await read(contracts, contracts.market, "guardian", [], at);
	const stoppedUntil = await read(contracts, contracts.market, "stoppedUntil", [], at);
	return {
		chainId: contracts.connection.chain.id,
		rpc: contracts.connection.health().map(({ name }) => name),
		market: contracts.market.address,
		court: contracts.court.address,
		keys: await trustedKeys(),
		guardian: guardian === zeroAddress ? null : guardian,
		stoppedUntil: Number(stoppedUntil),
		programs,
		requests,
		claims,
		disputes,
		demands,
		actors: await actorsOf(view, claims, warn),
	};
}

function seconds(left: bigint): string {
	return left < 0n ? "no time" : `${left} s`;
}

/** The name of an enum's number. */
export function nameOf(names: Readonly<Record<string, number>>, value: number): string {
	return Object.keys(names).find((name) => names[name] === value) ?? String(value);
}
