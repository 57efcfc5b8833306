export const PIXEL_RANGES = ["0..255", "0..1", "-1..1"] as const;
export type PixelRange = (typeof PIXEL_RANGES)[number];
export const CHANNEL_ORDERS = ["rgb", "bgr", "gray"] as const;
export type ChannelOrder = (typeof CHANNEL_ORDERS)[number];

/** How the pixels of an image become a model's numbers. */
export interface ImageOptions {
	/** What 0 and 255 become. */
	readonly pixels?: PixelRange | undefined;
	/** By default gray where the model takes one channel, else rgb. */
	readonly channels?: ChannelOrder | undefined;
	/** Taken off after that, per channel of the model or for all. */
	readonly mean?: readonly number[] | undefined;
	/** Divided by in the end, likewise. */
	readonly std?: readonly number[] | undefined;
}
