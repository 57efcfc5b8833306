import type { Model } from "./model.ts";
import type { SessionModel } from "./session-model.ts";
import { writeModel } from "./write.ts";

/** The same as `sessionModel` for browsers: all weights are in the bytes. */
export function sessionModel(model: Model): SessionModel {
	return { bytes: writeModel(model), options: {}, session: {}, isLarge: false, release() {} };
}
