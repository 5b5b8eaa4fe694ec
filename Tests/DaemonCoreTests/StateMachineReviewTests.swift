import Foundation
import Pipeline
import Testing

@testable import DaemonCore

@Suite struct StateMachineReviewTests {
    private static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/platform/release.asl.json")

    private let activities = Dictionary(
        uniqueKeysWithValues: Stage.allCases.map { stage in
            let name = stage.stateName.replacing(" ", with: "") + "Activity"
            return (stage, "${" + name + "}")
        }
    )
    private let budgets: [Stage: Duration] = [
        .preProvision: .seconds(10), .bakery: .seconds(210), .provision: .seconds(310), .validation: .seconds(25),
        .postProvision: .seconds(10),
    ]

    private func review(_ change: (String) -> String = { $0 }) throws -> [Finding] {
        let text = try String(contentsOf: Self.shipped, encoding: .utf8)
        let changed = change(text)
        return StateMachineReview(definition: changed, activities: activities, stopBudgets: budgets).findings()
    }

    @Test func `the shipped definition fits the shipped configuration`() throws {
        let findings = try review()
        #expect(findings.map(\.level) == [.ok], "\(findings)")
    }

    @Test(arguments: [
        (#""HeartbeatSeconds": 300,"#, #""HeartbeatSeconds": 269,"#, "is under 270"),
        (#""HeartbeatSeconds": 300,"#, "", "it has no HeartbeatSeconds"),
        (#""HeartbeatSeconds": 300,"#, #""HeartbeatSeconds": 7200,"#, "not under TimeoutSeconds"),
        (#""timeoutSeconds": 900"#, #""timeoutSeconds": 800"#, "TimeoutSeconds is 900, and the envelope says 800"),
        (#""Builder.Interrupted","#, "", "does not retry Builder.Interrupted"),
        (
            #""Builder.ToolLost","#, #""Builder.ToolLost", "Builder.Cancelled","#,
            "a task that an operator cancels comes back"
        ),
        (#"${BakeryActivity}"#, "arn:another", "no state uses the activity of bakery"),
    ])
    func `what does not fit is found, with its state and what to do`(old: String, new: String, problem: String) throws {
        let findings = try review { text in
            guard let range = text.range(of: old) else { return text }
            return text.replacingCharacters(in: range, with: new)
        }
        #expect(findings.contains { $0.message.contains(problem) && $0.fix != nil && $0.level != .ok }, "\(findings)")
    }

    @Test func `what is no definition is a failure`() {
        let review = StateMachineReview(definition: "{", activities: activities, stopBudgets: budgets)
        #expect(review.findings().map(\.level) == [.failure])
    }

    @Test(arguments: [
        ([0.4], Finding.Level.ok), ([-29.0, 29.5], .ok), ([90, 100], .warning), ([-300, -250], .failure),
        ([], .warning),
        ([300, 1], .ok),
    ])
    func `a clock is judged by the nearest answer`(skews: [Double], level: Finding.Level) {
        #expect(NetworkChecks.clock(skews).level == level)
    }
}
