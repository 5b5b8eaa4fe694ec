import Observability
import SystemdSupport
import Testing

@testable import ActivityWorker
@testable import DaemonCore

@Suite("What the watchdog and /livez are told of the stages")
struct StageLivenessTests {
    private func stage(_ name: String, openPolls: [Duration] = [], idle: Duration? = nil) -> StageSnapshot {
        StageSnapshot(
            stage: name,
            phase: .running,
            slots: 1,
            busy: 0,
            openPolls: openPolls,
            idle: idle,
            tasks: [],
            paused: false
        )
    }

    @Test func `all stages at work are alive`() {
        let stages = [stage("bakery", openPolls: [.seconds(60)]), stage("provision", idle: .seconds(30))]
        #expect(StageLiveness.pulse(stages) == .alive)
        #expect(StageLiveness.hangs(stages) == [])
    }

    @Test func `one that hangs is named, to the watchdog too`() {
        let stages = [stage("bakery", openPolls: [.seconds(60)]), stage("provision", openPolls: [.seconds(300)])]
        let reason = "stage provision: a poll has been open for 300 s although its deadline is 70 s"
        #expect(StageLiveness.pulse(stages) == .stuck(reason: reason))
        let hangs = StageLiveness.hangs(stages + [stage("validation", idle: .seconds(121))])
        #expect(hangs.map(\.subject) == ["stage provision", "stage validation"])
    }
}
