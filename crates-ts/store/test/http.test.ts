import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { capConnections, networkOf } from "../src/connection-cap.ts";
import { httpStore } from "../src/http-store.ts";

const servers: Server[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

async function serving(
	answer: RequestListener,
	change: (server: Server) => void = () => {},
): Promise<number> {
	const server = createServer(answer);
	servers.push(server);
	change(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

describe("a server that programs and inputs are read from", () => {
	it("sends nobody to another place, and gets no headers sent there", async () => {
		const reached: unknown[] = [];
		const inner = await serving((request, response) => {
			reached.push(request.headers.authorization);
			response.end("secret");
		});
		for (const status of [301, 302, 303, 307, 308]) {
			const location = `http://127.0.0.1:${inner}/latest/meta-data`;
			const outer = await serving((_, response) => response.writeHead(status, { location }).end());
			const store = httpStore(`http://127.0.0.1:${outer}`, 100, { authorization: "Bearer token" });
			const root = `0x${"1".repeat(64)}` as const;
			await expect(store.read("inputs", root)).rejects.toThrow("sends on to another place");
			await expect(store.stamp("programs", root)).rejects.toThrow("sends on to another place");
			await expect(store.fetchData("programs", root, "/nowhere")).rejects.toThrow(
				"sends on to another place",
			);
		}
		expect(reached).toEqual([]);
	});
});

describe("connections", () => {
	it("of one address are so many at most, and their places are free again when they end", async () => {
		const port = await serving(
			(_, response) => void response.end("fine"),
			(server) => capConnections(server, 3),
		);
		const open = async (): Promise<Socket> => {
			const socket = connect(port, "127.0.0.1");
			await new Promise((resolve) => socket.once("connect", resolve));
			return socket;
		};
		/** What a connection answers; undefined if it is closed. */
		const asked = (socket: Socket): Promise<string | undefined> =>
			new Promise((resolve) => {
				socket.on("error", () => {});
				socket.once("data", (text) => resolve(String(text).split("\r\n")[0]));
				socket.once("close", () => resolve(undefined));
				socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
			});
		const held = [await open(), await open(), await open()];
		expect(await Promise.all(held.map(asked))).toEqual(Array(3).fill("HTTP/1.1 200 OK"));
		expect(await asked(await open())).toBeUndefined();
		held[0].destroy();
		for (;;) if ((await asked(await open())) === "HTTP/1.1 200 OK") break;
	});

	it("of one IPv6 network are those of one machine", () => {
		expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
		expect(networkOf("2001:db8::1")).not.toBe(networkOf("2001:db8:0:1::1"));
		expect(networkOf("::ffff:10.0.0.1")).not.toBe(networkOf("::ffff:10.0.0.2"));
	});
});
