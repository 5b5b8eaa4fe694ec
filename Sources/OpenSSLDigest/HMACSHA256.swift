import COpenSSL
import Synchronization

/// HMAC-SHA-256 (RFC 2104) by OpenSSL under one key, made ready once and used for many messages from any thread.
///
/// The key itself is not kept: OpenSSL holds its two hashed pads, and cleanses them when the last reference goes.
package final class HMACSHA256: Sendable {
    private let context: Mutex<Context>

    /// Frees the OpenSSL context when its owner goes.
    @safe private struct Context: ~Copyable, @unchecked Sendable {
        // Unchecked: the only instance lies in the mutex, so one thread at a time touches the pointer.
        let pointer: OpaquePointer

        deinit { unsafe EVP_MAC_CTX_free(pointer) }
    }

    /// A fetched algorithm is immutable and reference-counted atomically, so threads may share it.
    @safe private struct Algorithm: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// That it is there was made sure of at the start (`DigestLibrary.obstacle`).
    private static let algorithm: Algorithm = {
        guard let pointer = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("OpenSSL offers no HMAC, which start-up made sure of")
        }
        return unsafe Algorithm(pointer: pointer)
    }()

    /// Makes `key` ready; it may have any length, none included.
    package init(key: [UInt8]) {
        guard let pointer = unsafe EVP_MAC_CTX_new(Self.algorithm.pointer) else { preconditionFailure("out of memory") }
        // A null pointer would mean "the key that was set before", so an empty key points at one unused byte.
        let bytes = key.isEmpty ? [0] : key
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe builderd_hmac_sha256_init(pointer, buffer.baseAddress, key.count)
        }
        precondition(result == 1, "OpenSSL failed to key HMAC-SHA-256")
        context = unsafe Mutex(Context(pointer: pointer))
    }

    /// The code of `message`.
    package func code(_ message: [UInt8]) -> Digest {
        context.withLock { context in
            var bytes = InlineArray<32, UInt8>(repeating: 0)
            var span = bytes.mutableSpan
            let succeeded = unsafe span.withUnsafeMutableBufferPointer { output in
                unsafe message.withUnsafeBufferPointer { input in
                    unsafe builderd_hmac_restart(context.pointer) == 1
                        && EVP_MAC_update(context.pointer, input.baseAddress, input.count) == 1
                        && EVP_MAC_final(context.pointer, output.baseAddress, nil, output.count) == 1
                }
            }
            precondition(succeeded, "OpenSSL failed to compute HMAC-SHA-256")
            return Digest(bytes)
        }
    }

    /// The code of one message under a key that is used once.
    package static func code(_ message: [UInt8], key: [UInt8]) -> Digest {
        HMACSHA256(key: key).code(message)
    }
}
