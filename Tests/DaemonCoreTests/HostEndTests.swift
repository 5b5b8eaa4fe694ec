import AWSClient
import FoundationEssentials
import Observability
import Testing

@testable import DaemonCore

@Suite("What the daemon does about its host's end", .timeLimit(.minutes(1)))
struct HostEndTests {
    private static let complete = "CompleteLifecycleAction"
    private static let scaling = InstanceNotice.autoScaling(.terminated)
    private static let spot = InstanceNotice.spot(SpotInterruption(action: .terminate, time: .distantFuture))

    private func end(
        _ host: ScriptedHost,
        isHooked: Bool = true,
        toolsEnded: @escaping @Sendable () async -> Void = {}
    ) -> HostEnd {
        // The heartbeats' pause lasts until they are not wanted any more.
        let pause: HeldTermination.Pause = { try? await Task.sleep(for: $0) }
        return HostEnd(
            termination: isHooked ? host.termination(pause: pause) : nil,
            toolsEnded: toolsEnded,
            logger: host.logger
        )
    }

    @Test("On a host that does not end nothing is completed, and the daemon ends with its workers")
    func undisturbed() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.looked(isAnnounced: false)
        await end.workersEnded(isHandedOver: false)
        #expect(host.calls == [])
    }

    @Test("The hook is completed once, after the workers have ended; the daemon stays until it is told to end")
    func completes() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.scaling)
        await end.looked(isAnnounced: true)
        #expect(host.calls(Self.complete) == [])
        let staying = Task { await end.workersEnded(isHandedOver: false) }
        await host.logged("builderd waits for the host's end")
        #expect(host.calls(Self.complete).count == 1)
        await end.noticed(Self.scaling)
        #expect(host.calls(Self.complete).count == 1, "completed twice")
        end.release()
        await staying.value
    }

    @Test("A daemon that is told to end while it drains still completes the hook")
    func releasedBefore() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.scaling)
        end.release()
        await end.workersEnded(isHandedOver: false)
        #expect(host.calls(Self.complete).count == 1)
    }

    @Test("Tasks that were handed over keep the host: their next process completes the hook")
    func handedOver() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.scaling)
        await end.workersEnded(isHandedOver: true)
        #expect(host.calls(Self.complete) == [])
    }

    @Test("A tool that was left over and is being stopped keeps the host, which is held as long as that takes")
    func leftOverTool() async {
        let host = ScriptedHost()
        let (waits, wait) = AsyncStream.makeStream(of: Void.self)
        let ended = Latch()
        let end = end(host) {
            wait.yield()
            await ended.wait()
        }
        await end.noticed(Self.scaling)
        let staying = Task { await end.workersEnded(isHandedOver: false) }
        for await _ in waits { break }
        // It would be let go here.
        await end.noticed(Self.scaling)
        #expect(host.calls(Self.complete) == [])
        ended.open()
        await host.logged("builderd waits for the host's end")
        #expect(host.calls(Self.complete).count == 1)
        end.release()
        await staying.value
    }

    @Test("A spot notice has no hook; Auto Scaling's own that follows it has")
    func both() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.spot)
        let staying = Task { await end.workersEnded(isHandedOver: false) }
        await host.logged("builderd waits for the host's end")
        #expect(host.calls == [])
        await end.noticed(Self.scaling)
        #expect(host.calls(Self.complete).count == 1)
        end.release()
        await staying.value
    }

    @Test("Where no hook is named the daemon drains and stays")
    func unhooked() async {
        let host = ScriptedHost()
        let end = end(host, isHooked: false)
        await end.noticed(Self.scaling)
        let staying = Task { await end.workersEnded(isHandedOver: false) }
        await host.logged("builderd waits for the host's end")
        end.release()
        await staying.value
        #expect(host.calls == [])
    }

    @Test("When the end is called off the daemon ends, to be started anew")
    func calledOff() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.spot)
        await end.looked(isAnnounced: true)
        let staying = Task { await end.workersEnded(isHandedOver: false) }
        await host.logged("builderd waits for the host's end")
        await end.looked(isAnnounced: false)
        await staying.value
        #expect(host.lines.contains { $0.contains("does not end after all") })
    }

    @Test("An end that is called off while tasks run is neither held any more nor completed")
    func calledOffBefore() async {
        let host = ScriptedHost()
        let end = end(host)
        await end.noticed(Self.scaling)
        await end.looked(isAnnounced: true)
        await end.looked(isAnnounced: false)
        await end.workersEnded(isHandedOver: false)
        #expect(host.calls(Self.complete) == [])
        #expect(!host.lines.contains { $0.contains("waits for the host's end") }, "\(host.lines)")
    }

    @Test("The first look is waited for, but not for ever")
    func firstLook() async {
        let host = ScriptedHost()
        let late = end(host)
        await late.firstLook(patience: .milliseconds(10))
        let looked = end(host)
        await looked.looked(isAnnounced: false)
        await looked.firstLook(patience: .seconds(3600))
    }
}
