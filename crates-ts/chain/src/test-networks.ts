/**
 * Chains whose ether is worth nothing, by their ids: the only public ones that take the development keys, and only if
 * that is asked for. Kept by hand, because a list that others keep could come to name a chain that is none.
 */
export const TEST_NETWORKS: ReadonlyMap<number, string> = new Map([
	[11_155_111, "sepolia"],
	[17_000, "holesky"],
	[560_048, "hoodi"],
	[11_155_420, "optimismSepolia"],
	[84_532, "baseSepolia"],
	[421_614, "arbitrumSepolia"],
	[534_351, "scrollSepolia"],
	[59_141, "lineaSepolia"],
	[80_002, "polygonAmoy"],
	[10_200, "gnosisChiado"],
]);
