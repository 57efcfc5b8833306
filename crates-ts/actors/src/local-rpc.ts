import { type Home, readJson } from "@umpire/store/home.ts";

const USUAL = "http://127.0.0.1:8545";

/** Where the local chain of a home folder writes down where it is. */
export const networkFile = (home: Home): string => home.path("network.json");

/** What is done about a damaged one. */
export const NETWORK_ADVICE = "umpire network stop removes it.";

/** The address of the chain that is meant when none is given: the environment's, the home folder's own, or the usual. */
export async function localRpc(home: Home): Promise<string> {
	const given = process.env.UMPIRE_RPC;
	if (given !== undefined && given !== "") return given;
	const network = await readJson<{ readonly url: string }>(networkFile(home), isNetwork, NETWORK_ADVICE);
	return network?.url ?? USUAL;
}

/** Whether a file of the home folder says of a local chain where it is. */
export function isNetwork(value: unknown): boolean {
	if (typeof value !== "object" || value === null) return false;
	const { url, pid } = value as { readonly url?: unknown; readonly pid?: unknown };
	return typeof url === "string" && URL.canParse(url) && Number.isSafeInteger(pid) && Number(pid) > 1;
}
