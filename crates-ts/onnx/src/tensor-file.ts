import { OnnxError } from "./errors.ts";
import type { Tensor } from "./model.ts";
import { TensorProto } from "./proto.ts";
import { protoOfTensor, tensorOfProto } from "./tensor-proto.ts";

export interface NamedTensor {
	/** "" if the file states none. */
	readonly name: string;
	readonly tensor: Tensor;
}

/**
 * Reads a file that holds one TensorProto (`input_0.pb` of ONNX's test suite).
 * @throws OnnxError if the bytes are none
 */
export function readTensorProto(bytes: Uint8Array): NamedTensor {
	let message: TensorProtoMessage;
	try {
		message = TensorProto.decode(bytes);
	} catch (cause) {
		throw new OnnxError(`not a TensorProto, or truncated (${bytes.length} bytes)`, {
			advice: "write the tensor again",
			cause,
		});
	}
	return { name: message.name ?? "", tensor: tensorOfProto(message, null) };
}

type TensorProtoMessage = ReturnType<typeof TensorProto.decode>;

/** The bytes of a TensorProto file. */
export function writeTensorProto(tensor: Tensor, name = ""): Uint8Array {
	return TensorProto.encode(protoOfTensor(tensor, name)).finish();
}
