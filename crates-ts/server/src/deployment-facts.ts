import { createHash } from "node:crypto";
import { trustedKeys } from "@umpire/actors/trusted-keys.ts";
import { CIRCUITS, PUBLIC_SIGNALS } from "@umpire/prover/circuits.ts";
import { verificationKeyInUse } from "@umpire/prover/keys-in-use.ts";
import { isKeyOfCode } from "@umpire/prover/verifier-source.ts";
import type { DeploymentFacts } from "@umpire/views/deployment-view.ts";
import type { Moment } from "@umpire/views/list-view.ts";
import { getAddress, type Hex, keccak256 } from "viem";
import type { Served } from "./served.ts";

/** Where everything is, what code is there, and whether the verifiers have the keys that are known here. */
export async function deploymentFacts({ view, index }: Served, at: Moment): Promise<DeploymentFacts> {
	const { connection, deployment } = view.contracts;
	const verifiers = { dot: deployment.dotVerifier, elements: deployment.elementsVerifier } as const;
	const all: readonly (readonly [string, Hex])[] = [
		...index().contracts.map(({ role, address }) => [role, address] as const),
		["arbiter", deployment.arbiter],
		["dot verifier", verifiers.dot],
		["elements verifier", verifiers.elements],
	];
	const codes = new Map<string, Hex>();
	for (const [, address] of all) {
		const code = await connection.reader.getCode({ address }).catch(() => undefined);
		if (code !== undefined) codes.set(address, code);
	}
	const keys = CIRCUITS.map(async (circuit) => {
		const key = await verificationKeyInUse(circuit);
		return {
			circuit,
			signals: PUBLIC_SIGNALS[circuit],
			hash: `0x${createHash("sha256").update(JSON.stringify(key)).digest("hex")}`,
			verifier: getAddress(verifiers[circuit]),
			isDeployed: isKeyOfCode(key, codes.get(verifiers[circuit]) ?? "0x"),
		};
	});
	return {
		...at,
		contracts: all.map(([role, address]) => {
			const code = codes.get(address);
			return { role, address: getAddress(address), codeHash: code === undefined ? null : keccak256(code) };
		}),
		parameters: deployment.parameters,
		keys: await Promise.all(keys),
		isDevelopment: (await trustedKeys()) !== "ceremony",
		firstBlock: Number(deployment.block),
	};
}
