import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BlockStore } from "./block-store.ts";
import { ask, bodyOf, fetchFrom, refusal } from "./http.ts";

/** Blocks of a trustless gateway, which is only read from. */
export function gatewayBlocks(address: string): BlockStore {
	const base = new URL(address.endsWith("/") ? address : `${address}/`);
	const place = `gateway:${base.origin}${base.pathname.replace(/\/$/, "")}`;
	const request = async (method: "GET" | "HEAD", cid: string): Promise<Response | null> => {
		const url = new URL(`ipfs/${cid}?format=raw`, base);
		const headers = { accept: "application/vnd.ipld.raw" };
		const response = await ask(place, (signal) => fetchFrom(url, { method, headers, signal }));
		if (response.status === 404 || response.status === 410) {
			await response.body?.cancel();
			return null;
		}
		if (!response.ok) throw await refusal(place, response, "read a block");
		return response;
	};
	return {
		place,
		writable: false,
		has: async (cid) => (await request("HEAD", `${cid}`)) !== null,
		async get(cid) {
			const response = await request("GET", `${cid}`);
			return response === null ? null : bodyOf(response, place);
		},
		async put() {
			throw new UmpireError("STORED", `${place} is only read from`, { advice: "name a store to put to." });
		},
	};
}
