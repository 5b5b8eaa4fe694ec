package import CoreMetrics
import Synchronization

/// swift-metrics' backend: keeps every series in memory and renders them as Prometheus text.
///
/// Metrics of `MetricNames` have their HELP; others get a name that Prometheus takes (`_total` for counters, `_seconds` for timers). A name that is
/// used for two kinds, or more than 1,000 sets of labels, get series that are counted and never shown, so that nothing grows without end.
package final class MetricsRegistry: MetricsFactory {
    /// One set of labels, in the order of their names.
    private typealias Labels = [MetricText.Label]

    private enum Series {
        case number(NumberSeries)
        case histogram(HistogramSeries)
    }

    private struct Family {
        let description: MetricDescription
        var series: [Labels: Series] = [:]
    }

    private static let mostSeries = 1000

    private let families = Mutex<[String: Family]>([:])
    private let known: [String: MetricDescription]

    /// An empty registry that knows the descriptions of `descriptions`.
    package init(descriptions: [MetricDescription] = MetricNames.all) {
        known = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Everything as Prometheus text format 0.0.4, families and series in a stable order.
    package func render() -> String {
        let families = self.families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text +=
                "# HELP \(name) \(MetricText.help(family.description.help))\n# TYPE \(name) \(family.description.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                switch series {
                case .number(let series): text += MetricText.line(name, labels, series.value)
                case .histogram(let series): text += MetricText.histogram(name, labels, series.snapshot, series.bounds)
                }
            }
        }
        return text
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(.counter, label, dimensions)
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        number(.counter, label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        number(.gauge, label, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, isTimer: false) : number(.gauge, label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, isTimer: true)
    }

    // Series live as long as the process, as a counter that vanished and came back would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func number(_ kind: MetricDescription.Kind, _ label: String, _ dimensions: [(String, String)])
        -> NumberSeries
    {
        let name = MetricText.name(label, suffix: kind == .counter ? "_total" : "")
        let fresh = NumberSeries(isCounter: kind == .counter)
        let series = series(MetricDescription(kind, name, label), dimensions) { _ in .number(fresh) }
        if case .number(let series) = series { return series }
        return fresh
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], isTimer: Bool) -> HistogramSeries {
        let description = MetricDescription(
            .histogram,
            MetricText.name(label, suffix: isTimer ? "_seconds" : ""),
            label
        )
        let series = series(description, dimensions) { .histogram(HistogramSeries(bounds: $0.buckets)) }
        if case .histogram(let series) = series { return series }
        return HistogramSeries(bounds: description.buckets)
    }

    /// The series of this name and these labels, made when it is new; `nil` when it may not be shown.
    private func series(
        _ fallback: MetricDescription,
        _ dimensions: [(String, String)],
        make: (MetricDescription) -> Series
    ) -> Series? {
        let description = known[fallback.name] ?? fallback
        guard description.kind == fallback.kind else { return nil }
        let labels = MetricText.labels(dimensions)
        return families.withLock { families in
            var family = families[description.name] ?? Family(description: description)
            guard family.description.kind == fallback.kind else { return nil }
            if let series = family.series[labels] { return series }
            guard family.series.count < Self.mostSeries else { return nil }
            let series = make(family.description)
            family.series[labels] = series
            families[description.name] = family
            return series
        }
    }
}
