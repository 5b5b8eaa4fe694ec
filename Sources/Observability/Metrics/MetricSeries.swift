import CoreMetrics
import Synchronization

/// One counter or gauge with one set of labels; a handler for each of swift-metrics' kinds that is one number.
final class NumberSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)
    private let isCounter: Bool

    init(isCounter: Bool) { self.isCounter = isCounter }

    var value: Double { number.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        // A counter only grows.
        guard amount.isFinite, !isCounter || amount >= 0 else { return }
        number.withLock { $0 += amount }
    }

    /// Takes a total that is kept elsewhere and only grows.
    func raise(to total: Double) {
        guard total.isFinite else { return }
        number.withLock { $0 = max($0, total) }
    }

    func decrement(by amount: Double) { increment(by: -amount) }
    func reset() { number.withLock { $0 = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
}

/// One histogram with one set of labels.
final class HistogramSeries: RecorderHandler, TimerHandler {
    /// Observations so far.
    struct Content {
        /// How many fell into each bucket alone; the last is for everything above.
        var counts: [Int]
        var sum = 0.0
    }

    let bounds: [Double]
    private let content: Mutex<Content>

    init(bounds: [Double]) {
        self.bounds = bounds
        content = Mutex(Content(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    var snapshot: Content { content.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        content.withLock { content in
            content.counts[bucket] += 1
            content.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
