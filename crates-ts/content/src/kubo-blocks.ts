import { UmpireError } from "@umpire/errors/umpire-error.ts";
import * as raw from "multiformats/codecs/raw";
import type { BlockStore } from "./block-store.ts";
import { ask, bodyOf, refusal, TIMEOUT } from "./http.ts";

/** Milliseconds for a node to pin what a root leads to. */
const TIMEOUT_OF_PIN = 3_600_000;

/** Blocks of a Kubo node, by its RPC: it asks its network for what it does not have. */
export function kuboBlocks(address: string): BlockStore {
	const base = new URL(address.endsWith("/") ? address : `${address}/`);
	const place = `kubo:${base.origin}${base.pathname.replace(/\/$/, "")}`;
	const call = async (
		command: string,
		query: Readonly<Record<string, string>>,
		body?: FormData,
		timeout = TIMEOUT,
	): Promise<Response> => {
		const url = new URL(`api/v0/${command}`, base);
		for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
		// Names and passwords in an address are no part of a request.
		const login = decodeURIComponent(`${base.username}:${base.password}`);
		url.username = "";
		url.password = "";
		const headers: Record<string, string> =
			base.username === "" ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
		return ask(
			place,
			(signal) =>
				fetch(url, {
					...{ method: "POST", headers, signal, redirect: "manual" },
					...(body === undefined ? {} : { body }),
				}),
			timeout,
		);
	};
	return {
		place,
		writable: true,
		async has(cid) {
			const response = await call("block/stat", { arg: `${cid}`, offline: "true" });
			if (await isMissing(response, place)) return false;
			await response.body?.cancel();
			return true;
		},
		async get(cid) {
			const response = await call("block/get", { arg: `${cid}`, timeout: `${TIMEOUT / 2000}s` });
			return (await isMissing(response, place)) ? null : bodyOf(response, place);
		},
		async put(cid, bytes) {
			const form = new FormData();
			form.set("data", new Blob([new Uint8Array(bytes)]));
			const codec = cid.code === raw.code ? "raw" : "dag-pb";
			// The roots alone are pinned: what they lead to stays with them.
			const response = await call(
				"block/put",
				{ "cid-codec": codec, mhtype: "sha2-256", pin: "false" },
				form,
			);
			if (!response.ok) throw await refusal(place, response, "keep a block");
			const said = new TextDecoder().decode(await bodyOf(response, place, 65_536));
			if (!said.includes(`"${cid}"`)) {
				throw new UmpireError("STORED", `${place} kept something else than ${cid}`);
			}
		},
		async pin(root) {
			const response = await call("pin/add", { arg: `${root}` }, undefined, TIMEOUT_OF_PIN);
			if (!response.ok) throw await refusal(place, response, "pin");
			await response.body?.cancel();
		},
	};
}

/** Kubo answers 500 to everything that it refuses: what it says tells what it means. */
async function isMissing(response: Response, place: string): Promise<boolean> {
	if (response.ok) return false;
	const error = await refusal(place, response, "read a block");
	if (/not found|could not find|context deadline exceeded/i.test(error.found)) return true;
	throw error;
}
