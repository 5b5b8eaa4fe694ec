import Foundation
import Logging
import Synchronization
import SystemdSupport
import TestSupport
import Testing

@testable import ActivityWorker
@testable import DaemonCore

/// What systemd is told of the daemon's life.
@Suite struct DaemonLifeTests {
    private final class Stages: Sendable {
        let current = Mutex<[StageSnapshot]>([])

        func set(busy: Int, slots: Int, step: String? = nil) {
            let task = StageSnapshot.Running(claim: "c", age: .zero, step: step, isReporting: false, isCancelled: false)
            current.withLock {
                $0 = [
                    StageSnapshot(
                        stage: "provision",
                        phase: .running,
                        slots: slots,
                        busy: busy,
                        openPolls: [],
                        tasks: step == nil ? [] : [task],
                        paused: false
                    )
                ]
            }
        }
    }

    @Test func `the status is what the stages do at READY and at the end of a reload`() throws {
        let manager = try FakeServiceManager()
        let stages = Stages()
        stages.set(busy: 1, slots: 2, step: "terraform-apply")
        let life = DaemonLife(
            notifier: ServiceNotifier(address: manager.address),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { stages.current.withLock { $0 } }
        life.enter(.running)
        #expect(manager.messages() == ["READY=1\nSTATUS=running: provision 1/2 (terraform-apply)"])
        life.reloading()
        stages.set(busy: 0, slots: 1)
        life.reloaded(.applied([]))
        let messages = manager.messages()
        #expect(messages.count == 2 && messages[0].hasPrefix("RELOADING=1\n"))
        #expect(messages.last == "READY=1\nSTATUS=running: provision 0/1")
        stages.set(busy: 0, slots: 3)
        life.reloaded(.refused("log.level"))
        #expect(
            manager.messages().last
                == "READY=1\nSTATUS=running: provision 0/3; reload refused, nothing is changed: log.level; see the journal"
        )
    }
}
