import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { AwsClient } from "aws4fetch";
import type { BlockStore } from "./block-store.ts";
import { type CID, sha256Of } from "./cid.ts";
import { ask, bodyOf, refusal } from "./http.ts";

/** Where a bucket is. */
export interface Bucket {
	/** How it was named: `s3` or `akave`. */
	readonly kind: string;
	readonly bucket: string;
	/** Without slashes at its ends; "" for none. */
	readonly prefix: string;
	/** Without it Amazon's own. */
	readonly endpoint?: string | undefined;
	readonly region: string;
}

/** Keys of an account; undefined for buckets that anybody may read. */
export interface Credentials {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string | undefined;
}

/**
 * Blocks as objects of a bucket, `PREFIX/blocks/CID`. A block is one request, signed with its hash, which the server
 * checks: nothing is left behind by an upload that was interrupted, and what is there need not be sent again.
 */
export function s3Blocks({ kind, bucket, prefix, endpoint, region }: Bucket, keys?: Credentials): BlockStore {
	const base =
		endpoint === undefined
			? `https://${bucket}.s3.${region}.amazonaws.com`
			: `${endpoint.replace(/\/$/, "")}/${bucket}`;
	const place = `${kind}:${kind === "s3" ? "//" : ""}${bucket}${prefix === "" ? "" : `/${prefix}`}`;
	const client =
		keys === undefined
			? undefined
			: new AwsClient({ ...withoutUndefined(keys), service: "s3", region, retries: 0 });
	const request = async (method: "GET" | "HEAD" | "PUT", cid: CID, body?: Uint8Array): Promise<Response> => {
		const url = [base, prefix, "blocks", `${cid}`].filter((part) => part !== "").join("/");
		const headers = body === undefined ? {} : { "x-amz-content-sha256": sha256Of(cid) };
		return ask(place, (signal) => {
			const sent = body === undefined ? {} : { body: new Uint8Array(body) };
			const init: RequestInit = { method, headers, signal, redirect: "manual", ...sent };
			return client === undefined ? fetch(url, init) : client.fetch(url, init);
		});
	};
	const isThere = async (cid: CID): Promise<boolean> => {
		const response = await request("HEAD", cid);
		if (response.status === 404) return false;
		if (!response.ok) throw await refusal(place, response, "look for a block");
		return true;
	};
	return {
		place,
		writable: keys !== undefined,
		has: isThere,
		async get(cid) {
			const response = await request("GET", cid);
			if (response.status === 404) {
				await missingBlock(response, place);
				return null;
			}
			if (!response.ok) throw await refusal(place, response, "read a block");
			return bodyOf(response, place);
		},
		async put(cid, bytes) {
			if (keys === undefined) {
				throw new UmpireError("STORED", `${place} is only read from without credentials`, {
					advice: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
				});
			}
			const response = await request("PUT", cid, bytes);
			if (!response.ok) throw await refusal(place, response, "keep a block");
			await response.body?.cancel();
		},
	};
}

/** A bucket that is not there is not the same as a block that is not. */
async function missingBlock(response: Response, place: string): Promise<void> {
	const error = await refusal(place, response, "read a block");
	if (/NoSuchBucket/.test(error.found)) throw error;
}

const withoutUndefined = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
	accessKeyId,
	secretAccessKey,
	...(sessionToken === undefined ? {} : { sessionToken }),
});
