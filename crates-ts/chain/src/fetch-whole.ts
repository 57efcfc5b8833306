/** Bytes of an answer, as viem takes them by default: what is longer is cut, and refused there. */
const MOST_BYTES = 10_485_760;

/**
 * Fetches an answer with all that belongs to it. viem measures the time until the headers are there: a node that sends
 * those and then a byte now and then would keep whoever asks it waiting for ever, and with it whoever asks several.
 *
 * @throws the signal's reason as soon as that is aborted, in the middle of the answer too
 */
export async function fetchWhole(url: string | URL | Request, init?: RequestInit): Promise<Response> {
	const response = await fetch(url, init);
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of response.body ?? []) {
		parts.push(part);
		size += part.length;
		if (size > MOST_BYTES) break;
	}
	const { status, statusText, headers } = response;
	// Answers of these kinds have no content, and may not be given any.
	const body = [204, 205, 304].includes(status) ? null : new Blob(parts as BlobPart[]);
	return new Response(body, { status, statusText, headers });
}
