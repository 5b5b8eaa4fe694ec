import Synchronization

/// A value that a test changes under a closure that reads it.
final class Mutable<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    /// Holds `value`.
    init(_ value: Value) { stored = Mutex(value) }

    /// The value now.
    var value: Value {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
