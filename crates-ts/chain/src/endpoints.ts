import type { Hex } from "@umpire/commitment/constants.ts";
import { createPublicClient, custom, http, type PublicClient, type Transport } from "viem";
import { ChainError } from "./errors.ts";
import { fetchWhole } from "./fetch-whole.ts";
import { sleep } from "./sleep.ts";
import { jointAnswer } from "./votes.ts";

/** A block, as far as following a chain goes; `timestamp` in seconds. */
export interface Head {
	readonly number: bigint;
	readonly hash: Hex;
	readonly parentHash: Hex;
	readonly timestamp: bigint;
}

/** How one RPC address does. */
export interface EndpointHealth {
	/** Its host: what follows in the address is often a secret. */
	readonly name: string;
	/** What it last named as the newest block; undefined if it did not answer. */
	readonly head: Head | undefined;
	/** Why it is not listened to; undefined if it is. */
	readonly trouble: string | undefined;
}

/** Several RPC addresses of one chain, of which a minority may be wrong, late or silent. */
export interface Endpoints {
	/** What most of the endpoints say (votes.ts); one that fails or is outvoted is asked last. */
	readonly transport: Transport;
	readonly health: () => readonly EndpointHealth[];
	/**
	 * The newest block that most of the endpoints that answer have.
	 *
	 * @throws ChainError if none answers or they disagree
	 */
	head(): Promise<Head>;
}

/** One that stays behind for this many timeouts, while others go on, is not listened to. */
const STUCK = 3;
/** A head that is not known at once is asked for this often: endpoints learn of a block at different times. */
const TRIES = 3;

class Endpoint {
	readonly name: string;
	readonly client: PublicClient;
	head: Head | undefined;
	trouble: string | undefined;
	/** When its head last changed, on this machine's clock. */
	movedAt = performance.now();
	/** Whether its chain id was seen since it last failed. */
	identified = false;

	constructor(url: string, transport: Transport) {
		this.name = hostOf(url);
		this.client = createPublicClient({ transport, cacheTime: 0 });
	}

	/** Asks for the newest block; false if there is no (right) answer. */
	async look(chainId: number): Promise<boolean> {
		try {
			if (!this.identified) {
				const id = await this.client.getChainId();
				if (id !== chainId) return this.fail(`is chain ${id}, not chain ${chainId}`);
				this.identified = true;
			}
			const head = headOf(await this.client.getBlock({ blockTag: "latest" }));
			if (head.hash !== this.head?.hash) this.movedAt = performance.now();
			this.head = head;
			this.trouble = undefined;
			return true;
		} catch {
			return this.fail("does not answer");
		}
	}

	fail(trouble: string): false {
		this.identified = false;
		this.head = undefined;
		this.trouble = trouble;
		return false;
	}
}

/**
 * Joins RPC addresses of one chain. viem's `fallback` tries them in one order for each request; here
 * one that fails is asked last from then on, so that a stalled one costs its timeout once.
 *
 * @param timeout milliseconds after which a request counts as failed
 * @param warn told when an endpoint falls out or comes back
 */
export function joinEndpoints(
	urls: readonly string[],
	chainId: number,
	timeout: number,
	warn: (line: string) => void,
): Endpoints {
	const retryCount = urls.length === 1 ? 2 : 0;
	const all = urls.map((url) => new Endpoint(url, http(url, { retryCount, timeout, fetchFn: fetchWhole })));
	let order: readonly Endpoint[] = all;
	const askLast = (endpoint: Endpoint) => {
		order = [...order.filter((other) => other !== endpoint), endpoint];
	};
	return {
		transport: custom(
			{
				request: (args) => jointAnswer(order, args, askLast),
			},
			{ retryCount: 0 },
		),
		health: () => all.map(({ name, head, trouble }) => ({ name, head, trouble })),
		async head() {
			const before = new Map(all.map((endpoint) => [endpoint, endpoint.trouble]));
			const answering = await Promise.all(all.map((endpoint) => endpoint.look(chainId)));
			const live = listenedTo(
				all.filter((_, i) => answering[i]),
				STUCK * timeout,
			);
			for (const endpoint of all) tellChange(endpoint, before.get(endpoint), warn);
			if (live.length === 0) {
				const why = all.map(({ name, trouble }) => `${name} ${trouble}`).join("; ");
				throw new ChainError(`No RPC endpoint can be used: ${why}.`, { retryable: true });
			}
			const { head, agreeing } = await agreed(live);
			order = [...agreeing, ...all.filter((endpoint) => !agreeing.includes(endpoint))];
			return head;
		},
	};
}

/** The chain ids of the addresses that answer. */
export async function chainIdsOf(
	urls: readonly string[],
	timeout: number,
): Promise<{ url: string; id: number }[]> {
	const found = await Promise.all(
		urls.map(async (url) => {
			const client = createPublicClient({
				transport: http(url, { retryCount: 1, timeout, fetchFn: fetchWhole }),
			});
			return client.getChainId().then(
				(id) => [{ url, id }],
				() => [],
			);
		}),
	);
	return found.flat();
}

/** The host and port of an address. */
export function hostOf(url: string): string {
	return new URL(url).host;
}

export function headOf(block: {
	number: bigint | null;
	hash: Hex | null;
	parentHash: Hex;
	timestamp: bigint;
}): Head {
	const { number, hash, parentHash, timestamp } = block;
	if (number === null || hash === null) throw new Error("The newest block has no number.");
	return { number, hash, parentHash, timestamp };
}

/** Whoever has the right hash may still lie about the rest. */
function isSameHead(one: Head | undefined, other: Head): boolean {
	const { hash, parentHash, timestamp } = other;
	return one?.hash === hash && one.parentHash === parentHash && one.timestamp === timestamp;
}

/** All but those that stayed behind for long while another went on. */
function listenedTo(answering: readonly Endpoint[], patience: number): Endpoint[] {
	return answering.filter((endpoint) => {
		const stuck = answering.some(
			(other) => other.head!.number > endpoint.head!.number && other.movedAt - endpoint.movedAt > patience,
		);
		endpoint.trouble = stuck ? `stays at block ${endpoint.head!.number}` : undefined;
		return !stuck;
	});
}

/** The highest block that a majority has, and who has it. */
async function agreed(live: readonly Endpoint[]): Promise<{ head: Head; agreeing: readonly Endpoint[] }> {
	const majority = Math.floor(live.length / 2) + 1;
	const heights = live.map(({ head }) => head!.number).sort((a, b) => (a < b ? 1 : -1));
	const height = heights[majority - 1];
	for (let tries = 0; tries < TRIES; tries++) {
		if (tries > 0) await sleep(200);
		const having = live.filter(({ head }) => head!.number >= height);
		const heads = await Promise.all(
			having.map(({ client, head }) =>
				head!.number === height
					? head!
					: client.getBlock({ blockNumber: height }).then(headOf, () => undefined),
			),
		);
		for (const head of heads) {
			const agreeing = having.filter((_, i) => head !== undefined && isSameHead(heads[i], head));
			if (agreeing.length >= majority) return { head: head!, agreeing };
		}
	}
	throw new ChainError(
		`The RPC endpoints disagree about block ${height}: nothing is done until most of ${live.map(({ name }) => name).join(", ")} agree.`,
		{ retryable: true },
	);
}

function tellChange({ name, trouble }: Endpoint, before: string | undefined, warn: (line: string) => void) {
	if (trouble === before) return;
	warn(trouble === undefined ? `RPC ${name} is fine again.` : `RPC ${name} ${trouble}.`);
}
