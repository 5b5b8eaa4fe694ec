import Testing

@testable import Observability

@Suite("Readiness")
struct ReadinessRulesTests {
    private func problems(_ stage: StageReadiness) -> [HealthReason] {
        ReadinessRules.evaluate(
            stages: [stage],
            credentials: .valid(left: nil),
            journal: .writable,
            workFolder: .usable
        ).reasons
    }

    @Test(
        "A stage is ready for any of these reasons",
        arguments: [
            StageReadiness(name: "bakery", lastPollAge: .seconds(90), slots: 1),
            StageReadiness(name: "bakery", lastPollAge: .zero, slots: 1),
            StageReadiness(
                name: "bakery",
                lastPollAge: nil,
                openPolls: [.init(age: .seconds(74), isConnected: true)],
                slots: 1
            ),
            StageReadiness(
                name: "bakery",
                lastPollAge: .seconds(500),
                openPolls: [.init(age: .seconds(99), isConnected: true), .init(age: .seconds(1), isConnected: true)],
                slots: 2
            ),
            StageReadiness(name: "bakery", lastPollAge: .seconds(7000), slots: 2, busySlotsInTime: [true, true]),
            StageReadiness(name: "bakery", lastPollAge: nil, slots: 1, isPaused: true, lastPollProblem: "x"),
        ]
    )
    func ready(stage: StageReadiness) { #expect(problems(stage) == []) }

    @Test(
        "And not ready otherwise, with a problem that names what was observed",
        arguments: [
            (
                StageReadiness(name: "bakery", lastPollAge: .seconds(91), slots: 1),
                "the last poll was answered 91 s ago, and none is open"
            ),
            (
                StageReadiness(name: "bakery", lastPollAge: nil, slots: 1),
                "no poll has been answered yet, and none is open"
            ),
            (
                StageReadiness(
                    name: "bakery",
                    lastPollAge: nil,
                    openPolls: [.init(age: .seconds(75), isConnected: true)],
                    slots: 1
                ),
                "no poll has been answered yet, and the open ones are overdue"
            ),
            (
                StageReadiness(
                    name: "bakery",
                    lastPollAge: nil,
                    openPolls: [.init(age: .seconds(3), isConnected: false)],
                    slots: 1
                ),
                "no poll has been answered yet, and no connection stands"
            ),
            (
                StageReadiness(name: "bakery", lastPollAge: nil, slots: 1, lastPollProblem: "AccessDenied"),
                "no poll has been answered yet, and the last one failed: AccessDenied"
            ),
            (
                StageReadiness(name: "bakery", lastPollAge: .seconds(100), slots: 2, busySlotsInTime: [true]),
                "the last poll was answered 100 s ago, and none is open"
            ),
            (
                StageReadiness(name: "bakery", lastPollAge: .seconds(100), slots: 2, busySlotsInTime: [true, false]),
                "1 of 2 busy slots had no heartbeat acknowledged in time"
            ),
        ]
    )
    func notReady(stage: StageReadiness, problem: String) {
        let reasons = problems(stage)
        #expect(reasons.map(\.subject) == ["stage bakery"])
        #expect(reasons.map(\.problem) == [problem])
        #expect(reasons.allSatisfy { !$0.next.isEmpty })
    }

    @Test("Every reason is told, not the first alone")
    func everyReason() {
        let good = StageReadiness(name: "provision", lastPollAge: .seconds(1), slots: 1)
        let bad = StageReadiness(name: "bakery", lastPollAge: nil, slots: 1)
        let answer = ReadinessRules.evaluate(
            stages: [bad, good, bad],
            credentials: .valid(left: .seconds(-5)),
            journal: .failing("No space left on device"),
            workFolder: .failing("it is full")
        )
        #expect(
            answer.reasons.map(\.subject) == [
                "stage bakery", "stage bakery", "credentials", "journal", "work folder",
            ]
        )
        #expect(answer.reasons[2].problem == "they expired 5 s ago")
        #expect(!answer.isHealthy && answer.text.split(separator: "\n").count == 5)
        let missing = ReadinessRules.evaluate(
            stages: [good],
            credentials: .missing("no instance profile"),
            journal: .writable,
            workFolder: .usable
        )
        #expect(missing.reasons.map(\.problem) == ["no instance profile"])
        #expect(
            ReadinessRules.evaluate(
                stages: [],
                credentials: .valid(left: .seconds(1)),
                journal: .writable,
                workFolder: .usable
            ).reasons.map(
                \.subject
            ) == ["stages"]
        )
        #expect(
            ReadinessRules.evaluate(
                stages: [good],
                credentials: .valid(left: .seconds(1)),
                journal: .writable,
                workFolder: .usable
            ).text
                == "ok\n"
        )
    }
}
