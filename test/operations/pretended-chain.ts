import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connection, connectionBy } from "@umpire/chain/connection.ts";
import { hardhat } from "@umpire/chain/hardhat.ts";
import { http } from "viem";

type Call = { readonly id: number; readonly method: string; readonly params?: unknown[] };
type Request = (method: string, params?: unknown[]) => Promise<unknown>;

/** How the node fails at a call: it never hears of it, or does it and its answer is lost. It is dead afterwards. */
export type Failure = "unheard" | "lost";

/** What a chain is like that a local one pretends to be. */
export interface Pretence {
	readonly chainId: number;
	readonly secondsPerBlock: number;
	readonly hardfork?: string;
	readonly gasLimit?: bigint;
	/** of the blocks to come, in wei */
	readonly baseFee?: bigint;
}

/** As many as are measured, and some of a deployment. */
const BLOCKS = 130;

/** A node of a chain that looks like a public one: over HTTP, and without the methods of development chains. */
export class PretendedChain {
	/** Calls so far. */
	calls = 0;
	/** Answers in place of the chain's. */
	answer: ((call: Call) => unknown) | undefined;
	/** What somebody else does before the chain answers. */
	before: ((call: Call) => Promise<void>) | undefined;
	/** What only whoever runs the node can ask. */
	readonly control: Request;
	readonly #secondsPerBlock: number;
	readonly #server: Server;
	readonly #close: () => Promise<void>;
	#fresh: unknown;
	#failing: { readonly at: number; readonly how: Failure } | undefined;

	private constructor(control: Request, secondsPerBlock: number, close: () => Promise<void>) {
		this.control = control;
		this.#secondsPerBlock = secondsPerBlock;
		this.#close = close;
		this.#server = createServer((request, response) => {
			this.#serve(request, response).catch(() => response.destroy());
		});
	}

	/** Starts it with more than a hundred blocks behind it, so that it can be measured. */
	static async open(pretence: Pretence): Promise<PretendedChain> {
		const { chainId, secondsPerBlock, hardfork, gasLimit, baseFee } = pretence;
		const hre = await hardhat();
		const network = await hre.network.create({
			override: {
				chainId,
				allowUnlimitedContractSize: false,
				...(hardfork === undefined ? {} : { hardfork }),
				...(gasLimit === undefined ? {} : { blockGasLimit: gasLimit }),
			},
		});
		const control: Request = (method, params = []) => network.provider.request({ method, params });
		const chain = new PretendedChain(control, secondsPerBlock, () => network.close());
		await new Promise<void>((resolve) => chain.#server.listen(0, "127.0.0.1", resolve));
		// One by one: many at once would have another gas limit.
		const latest = (await control("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
		for (let i = 1; i <= BLOCKS; i++) {
			if (i === BLOCKS && baseFee !== undefined) {
				await control("hardhat_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
			}
			await control("evm_mine", [Number(latest.timestamp) + i * secondsPerBlock]);
		}
		return chain;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** A connection that asks once: what fails is not tried again. */
	async connect(): Promise<Connection> {
		const id = Number((await this.control("eth_chainId")) as string);
		return connectionBy(id, this.url, http(this.url, { retryCount: 0 }), 5, {});
	}

	/** Fails at the call of this number from now on, the first being 1; never if undefined. */
	fail(at: number | undefined, how: Failure = "lost"): void {
		this.calls = 0;
		this.#failing = at === undefined ? undefined : { at, how };
	}

	/** Puts it back to how it was when this was first called. */
	async startAgain(): Promise<void> {
		this.fail(undefined);
		this.answer = undefined;
		this.before = undefined;
		if (this.#fresh !== undefined) await this.control("evm_revert", [this.#fresh]);
		await this.control("evm_setAutomine", [true]);
		this.#fresh = await this.control("evm_snapshot");
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await this.#close();
	}

	async #setTime(): Promise<void> {
		const latest = (await this.control("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
		await this.control("evm_setNextBlockTimestamp", [Number(latest.timestamp) + this.#secondsPerBlock]);
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = "";
		for await (const chunk of request) body += chunk;
		const call: Call = JSON.parse(body);
		this.calls++;
		const { at, how } = this.#failing ?? { at: Number.POSITIVE_INFINITY, how: "lost" };
		if (this.calls > at || (this.calls === at && how === "unheard")) {
			response.destroy();
			return;
		}
		const text = JSON.stringify({ jsonrpc: "2.0", id: call.id, ...(await this.#answerTo(call)) });
		if (this.calls === at) response.destroy();
		else response.writeHead(200, { "content-type": "application/json" }).end(text);
	}

	async #answerTo(call: Call): Promise<object> {
		await this.before?.(call);
		const told = this.answer?.(call);
		if (told !== undefined) return { result: told };
		if (/^(hardhat|evm)_|^eth_(sendTransaction|accounts)$/.test(call.method)) {
			return { error: { code: -32601, message: `the method ${call.method} does not exist` } };
		}
		try {
			// Blocks come in time, however slow this machine is.
			if (call.method === "eth_sendRawTransaction") await this.#setTime();
			return { result: await this.control(call.method, call.params) };
		} catch (error) {
			const { code = -32000, message, data } = error as { code?: number; message: string; data?: unknown };
			return { error: { code, message, data } };
		}
	}
}
