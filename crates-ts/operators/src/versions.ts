/** The version of these packages (docs/releases.md). Program files state which one compiled them. */
export const UMPIRE_VERSION = "0.1.0";

/**
 * The version of the protocol: what operators compute, how leaves, traces and programs are hashed, and what the court
 * judges. Programs of one version mean the same and have the same roots whatever version of the packages reads them. A
 * change that makes one of them mean another thing raises it.
 */
export const PROTOCOL_VERSION = 1;
