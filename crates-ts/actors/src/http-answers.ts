import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/** What somebody asks for. */
export interface Asked {
	readonly method: string;
	readonly path: string;
	/** of a POST; at most 64 KiB are read */
	readonly body: string;
}

export interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
}

export const JSON_TYPE = "application/json";
const MOST_BYTES = 65_536;
/** Milliseconds that somebody has to send a request. */
const PATIENCE = 10_000;

/** Data as JSON; integers beyond 2^53 are text. */
export function jsonOf(value: unknown): string {
	return JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? one.toString() : one));
}

/**
 * Answers HTTP requests. It listens on this machine only unless it is told otherwise. What fails is answered with 500 and
 * nothing of why.
 *
 * @throws UmpireError if the port is taken
 */
export async function serveAnswers(
	answer: (asked: Asked) => Promise<Answer>,
	port: number,
	host = "127.0.0.1",
): Promise<{ readonly url: string; readonly close: () => void }> {
	const server = createServer({ requestTimeout: PATIENCE }, (request, response) => {
		const reply = ({ status, type, body }: Answer) =>
			response.writeHead(status, { "content-type": type }).end(body);
		asked(request)
			.then((one) => (one === undefined ? TOO_LARGE : answer(one)))
			.then(reply, () => reply({ status: 500, type: "text/plain", body: "This could not be answered.\n" }));
	});
	await listen(server, port, host);
	const { port: bound } = server.address() as AddressInfo;
	return { url: `http://${host}:${bound}`, close: () => server.close() };
}

const TOO_LARGE: Answer = { status: 413, type: "text/plain", body: "At most 64 KiB are taken.\n" };

async function asked(request: IncomingMessage): Promise<Asked | undefined> {
	const { method = "GET", url = "/" } = request;
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request) {
		size += part.length;
		if (size > MOST_BYTES) return undefined;
		parts.push(part);
	}
	const { pathname: path } = new URL(url, "http://umpire");
	return { method, path, body: Buffer.concat(parts).toString("utf8") };
}

function listen(server: Server, port: number, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			const why = cause.code === "EADDRINUSE" ? "something listens there already" : cause.message;
			reject(
				new UmpireError("FILE", `Cannot serve on port ${port}: ${why}`, {
					advice: "choose another --serve.",
					cause,
				}),
			);
		});
		server.listen(port, host, resolve);
	});
}
