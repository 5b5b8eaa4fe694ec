import COpenSSL
import Synchronization

/// An OpenSSL digest context, used by one call or one stream at a time.
///
/// Contexts are kept for the next user: making one costs as much as hashing a short message. What a context held of a
/// message is overwritten when it is started again, or freed and cleansed by OpenSSL.
@safe final class DigestContext: @unchecked Sendable {
    // Unchecked: the pointer is only touched by whoever took the context out of the pool, and the pool is locked.
    private let pointer: OpaquePointer

    private static let idle = Mutex<[DigestContext]>([])
    /// More than this many idle contexts are freed; about as many threads hash at once.
    private static let idleLimit = 8

    /// SHA-256, fetched once: `EVP_sha256()` would make every start look the provider up again.
    ///
    /// That it is there was made sure of at the start (`DigestLibrary.obstacle`).
    private static let algorithm: Algorithm = {
        guard let pointer = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("OpenSSL offers no SHA-256, which start-up made sure of")
        }
        return unsafe Algorithm(pointer: pointer)
    }()

    /// A fetched algorithm is immutable and reference-counted atomically, so threads may share it.
    @safe private struct Algorithm: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private init() {
        guard let pointer = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_MD_CTX_free(pointer) }

    /// A context with nothing in it yet, from the pool if one is idle.
    static func started() -> DigestContext {
        let context = idle.withLock { $0.popLast() } ?? DigestContext()
        unsafe check(EVP_DigestInit_ex2(context.pointer, algorithm.pointer, nil))
        return context
    }

    /// Puts the context back for the next user; the caller must not use it any more.
    func release() {
        Self.idle.withLock { if $0.count < Self.idleLimit { $0.append(self) } }
    }

    /// Adds bytes.
    func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe Self.check(EVP_DigestUpdate(pointer, buffer.baseAddress, buffer.count))
        }
    }

    /// The digest of what was added; the context must be started again before its next use.
    func finish() -> Digest {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe Self.check(EVP_DigestFinal_ex(pointer, buffer.baseAddress, nil))
        }
        return Digest(bytes)
    }

    /// SHA-256 over memory fails only when OpenSSL itself is broken, never for an input.
    private static func check(_ result: CInt) {
        precondition(result == 1, "OpenSSL failed to compute SHA-256")
    }
}
