package import FoundationEssentials

/// Time and chance as values, so that tests decide them.
package struct RuntimeEnvironment: Sendable {
    /// The host's clock, uncorrected.
    package var now: @Sendable () -> Date
    /// A number in `0..<1`, for jitter.
    package var random: @Sendable () -> Double
    /// Waits between attempts; ends early, and throws, when the calling task is cancelled.
    package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void
    /// A fresh `amz-sdk-invocation-id`.
    package var invocationID: @Sendable () -> String

    /// An environment of these parts.
    package init(
        now: @escaping @Sendable () -> Date,
        random: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void,
        invocationID: @escaping @Sendable () -> String
    ) {
        self.now = now
        self.random = random
        self.sleep = sleep
        self.invocationID = invocationID
    }

    /// The real clock, the system's random numbers, `Task.sleep`, and random version 4 UUIDs.
    package static let system = RuntimeEnvironment(
        now: { Date() },
        random: { Double.random(in: 0..<1) },
        sleep: { duration throws(CancellationError) in
            do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
        },
        invocationID: {
            // `UUID().uuidString` costs several microseconds, more than the rest of a request's header fields together.
            var system = SystemRandomNumberGenerator()
            return uuid(system.next(), system.next())
        }
    )

    /// A version 4 UUID (RFC 9562 §5.4) of random bits.
    static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let high = high & ~0xF000 | 0x4000
        let low = low & ~(0b11 << 62) | 0b10 << 62
        return unsafe String(unsafeUninitializedCapacity: 36) { buffer in
            var digit = 0
            for index in 0..<36 {
                if index == 8 || index == 13 || index == 18 || index == 23 {
                    unsafe buffer[index] = UInt8(ascii: "-")
                    continue
                }
                let word = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4)) & 0x0F
                unsafe buffer[index] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                digit += 1
            }
            return 36
        }
    }
}
