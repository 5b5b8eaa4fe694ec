import Foundation
import Testing

@testable import Observability

@Suite struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { var expr: String }
            var id: Int
            var title: String
            var targets: [Target]
        }
        var panels: [Panel]
    }

    private let dashboard: Dashboard

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Config/monitoring/grafana-dashboard.json")
        dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: file))
    }

    /// Names as Prometheus has them: a histogram is three series.
    private var known: [String: MetricDescription] {
        var known: [String: MetricDescription] = [:]
        for metric in MetricNames.all {
            let names =
                metric.kind == .histogram ? ["_bucket", "_sum", "_count"].map { metric.name + $0 } : [metric.name]
            for name in names { known[name] = metric }
        }
        return known
    }

    private func names(in expression: String) -> [String] {
        expression.matches(of: #/(builderd|process)_[a-z0-9_]+/#).map { String($0.output.0) }
    }

    @Test func `the dashboard's queries name metrics that exist, and rates are of what only grows`() {
        #expect(dashboard.panels.count > 10)
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        for panel in dashboard.panels {
            for target in panel.targets {
                let found = names(in: target.expr)
                #expect(!found.isEmpty, "\(panel.title)")
                for name in found {
                    #expect(known[name] != nil, "\(panel.title): \(name)")
                    guard target.expr.contains("rate(\(name)") || target.expr.contains("increase(\(name)") else {
                        continue
                    }
                    #expect(known[name]?.kind != .gauge, "\(panel.title): \(name)")
                }
            }
        }
    }

    @Test func `every metric is on the dashboard`() {
        let shown = Set(
            dashboard.panels.flatMap(\.targets).flatMap { names(in: $0.expr) }.compactMap { known[$0]?.name }
        )
        #expect(Set(MetricNames.all.map(\.name)).subtracting(shown) == [])
    }
}
