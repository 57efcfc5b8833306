import type { Tensor } from "@umpire/onnx/model.ts";

/** Tensors by name. */
export type Feed = ReadonlyMap<string, Tensor>;

/** What a model reads in each of many runs. What follows from earlier runs is computed anew each time one goes through them. */
export interface Feeds {
	readonly first: Feed;
	readonly count: number;
	each(): AsyncIterable<Feed>;
}

/** Feeds that are all there. */
export function feedsOf(list: readonly Feed[]): Feeds {
	return {
		first: list[0],
		count: list.length,
		async *each() {
			yield* list;
		},
	};
}
