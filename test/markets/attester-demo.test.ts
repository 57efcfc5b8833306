import { demonstrateAttesters } from "@umpire/actors/attesters/demo-network-attesters.ts";
import { parseEther } from "viem";
import { expect, test } from "vitest";

test("three attesters sign a false statement and are slashed, the honest one is not and earns the premium", async () => {
	const lines: string[] = [];
	const summary = await demonstrateAttesters((line) => lines.push(line));
	if (process.env.SHOW_STORY !== undefined) console.log(lines.join("\n"), summary);
	const { slashed, soft, revoked, paid, burned } = summary;
	expect([...slashed].sort()).toEqual(["attester", "second-attester", "third-attester"]);
	expect({ soft, revoked }).toEqual({ soft: 2, revoked: 1 });
	for (const role of slashed) expect(paid[role]).toBe(-parseEther("2"));
	// Whoever caught the claim has a quarter of the stakes; the client what it relied on, less the second premium.
	expect(paid.verifier).toBe(parseEther("1.5"));
	expect(paid.requester).toBe(parseEther("2") - parseEther("0.01"));
	// The honest one has an accuser's fee of two bonds, and the premium.
	expect(paid["fourth-attester"]).toBe(parseEther("0.2") + parseEther("0.01"));
	expect(Object.values(paid).reduce((sum, amount) => sum + amount, burned)).toBe(0n);
});
