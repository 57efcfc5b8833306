import { Socket } from "node:net";

/**
 * A thread of a trial's process that ends it as soon as nobody waits for it any more: who started it is gone, and a
 * kernel that is at work would not hear of that.
 */
const end = () => process.kill(process.pid, "SIGKILL");
new Socket({ fd: 0 }).on("error", end).on("close", end).resume();
