import type { OpenAPIHono } from "@hono/zod-openapi";
import { Refusal } from "./failures.ts";

/** Milliseconds that the attester's node has. */
const PATIENCE = 10_000;

const GIVEN = ["/eigen/node", "/eigen/node/health", "/eigen/node/services", "/attestations"];

/**
 * What an attester's node serves (`umpire attest --serve`), under the same paths: its keys and what it computes stay in
 * a process of its own.
 *
 * @param url of that node; undefined if there is none
 */
export function addAttester(app: OpenAPIHono, url: string | undefined): void {
	const pass = async (method: string, path: string, body?: string): Promise<Response> => {
		if (url === undefined) {
			const help =
				"umpire attest --serve PORT runs one; umpire serve --attester http://127.0.0.1:PORT shows it here.";
			throw new Refusal(503, "NO_ATTESTER", "No attester's node is behind this server.", help);
		}
		const answer = await fetch(new URL(path, url), {
			method,
			signal: AbortSignal.timeout(PATIENCE),
			redirect: "error",
			...(body === undefined ? {} : { body }),
		}).catch(() => {
			throw new Refusal(503, "NO_ATTESTER", "The attester's node does not answer.", "try again later.");
		});
		const type = answer.headers.get("content-type") ?? "text/plain";
		return new Response(await answer.text(), { status: answer.status, headers: { "content-type": type } });
	};
	for (const path of GIVEN) app.get(path, () => pass("GET", path));
	app.get("/eigen/node/services/:id{\\w{1,40}}/health", (context) =>
		pass("GET", `/eigen/node/services/${context.req.param("id")}/health`),
	);
	app.post("/task/validate", async (context) => pass("POST", "/task/validate", await context.req.text()));
}
