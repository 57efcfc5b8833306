import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkBytecode } from "../src/artifact.ts";
import { balanceOf, type Connection, connectRpc, signerFor } from "../src/connection.ts";
import { DEFAULT_PARAMETERS, deploy } from "../src/deploy.ts";
import { connectPrivate } from "../src/private-chain.ts";
import { sendDeployment } from "../src/send.ts";
import { chainTime, travel } from "../src/time.ts";

const pauper = privateKeyToAccount(`0x${"11".repeat(32)}`);

/** A node of a public chain, as far as its id goes. */
function publicNode(): Server {
	return createServer((request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			const { id, method } = JSON.parse(body);
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify({ jsonrpc: "2.0", id, result: method === "eth_chainId" ? "0x1" : null }));
		});
	});
}

describe("a private chain", () => {
	let chain: Connection;
	beforeAll(async () => {
		chain = await connectPrivate();
	});
	afterAll(() => chain.close());

	it("moves its clock on", async () => {
		const before = await chainTime(chain);
		await travel(chain, 1000n);
		const passed = (await chainTime(chain)) - before;
		expect(passed).toBeGreaterThanOrEqual(1000n);
		// The chain's clock goes on by itself, too.
		expect(passed).toBeLessThan(10_000n);
	});

	it("says that an account has no funds", async () => {
		const signer = signerFor(chain, pauper);
		expect(await balanceOf(signer)).toBe(0n);
		await expect(sendDeployment(signer, "Nothing", "0x00")).rejects.toThrow(/too little ether/);
	});
});

describe("connecting", () => {
	it("to nothing says how to start a chain", async () => {
		await expect(connectRpc("http://127.0.0.1:9")).rejects.toThrow(/Nothing answers at .*setup-network/);
		// A local chain is no help to whoever wants another one.
		await expect(connectRpc("http://umpire.invalid:9")).rejects.toThrow(
			/Nothing answers at umpire\.invalid:9: give the address of a node of that chain/,
		);
	});

	it("refuses what is no address", async () => {
		await expect(connectRpc("localhost:8545")).rejects.toThrow(/not an RPC address/);
	});

	it("refuses another chain, and development keys on a public one", async () => {
		const server = publicNode();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		try {
			await expect(connectRpc(url, { chainId: 31337 })).rejects.toThrow(/Wrong chain: .* is chain 1/);
			const connection = await connectRpc(url);
			await expect(deploy(signerFor(connection, pauper), DEFAULT_PARAMETERS)).rejects.toThrow(
				/development keys/,
			);
		} finally {
			server.close();
		}
	});
});

describe("linking", () => {
	const artifact = {
		name: "A",
		abi: [],
		bytecode: `0x6001${"_".repeat(40)}6002`,
		links: new Map([["Library", [2]]]),
	} as const;

	it("puts the library's address into its place", () => {
		const address = `0x${"aB".repeat(20)}` as const;
		expect(linkBytecode(artifact, new Map([["Library", address]]))).toBe(`0x6001${"ab".repeat(20)}6002`);
	});

	it("needs every library", () => {
		expect(() => linkBytecode(artifact, new Map())).toThrow(/A needs the library Library/);
	});
});
