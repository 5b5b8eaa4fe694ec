import AWSClient
import CurlTransport
import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import DaemonCore

@Suite("The watch for notices about the instance's end", .timeLimit(.minutes(1)))
struct NoticeWatchTests {
    /// Instance metadata, look by look: `nil` where it cannot be reached, else the two items; an item that is `nil` is a 404.
    private final class Instance: HTTPExchanging {
        typealias Look = (spot: String?, state: String?)?

        private let looks: [Look]
        private let current = Mutex(0)
        private let asked = Mutex<[String]>([])

        init(_ looks: [Look]) { self.looks = looks }

        /// Paths of the questions, in order.
        var requests: [String] { asked.withLock { $0 } }

        /// Goes on to the next look; `false` after the last.
        func next() -> Bool {
            current.withLock { current in
                current += 1
                return current < looks.count
            }
        }

        func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            asked.withLock { $0.append(request.url) }
            guard let look = looks[current.withLock { $0 }] else {
                throw TransportError(.connectTimeout, "scripted", mayHaveBeenSent: false)
            }
            if request.method == "PUT" { return HTTPResponse(status: 200, body: Array("TOKEN".utf8)) }
            let item = request.url.hasSuffix("/spot/instance-action") ? look.spot : look.state
            return item.map { HTTPResponse(status: 200, body: Array($0.utf8)) } ?? HTTPResponse(status: 404)
        }
    }

    /// What came out of a watch.
    private struct Outcome {
        var told: [InstanceNotice] = []
        var looks: [Bool] = []
        var pauses: [Duration] = []
    }

    private static let quiet: Instance.Look = (nil, nil)

    /// Runs a watch over `looks`, one after another, and ends it where they end.
    private func watch(
        _ looks: [Instance.Look],
        variables: [String: String] = [:]
    ) async -> (Outcome, Instance) {
        let instance = Instance(looks)
        let environment = AWSEnvironment(variables: variables, random: { 0 }, pause: { _ in })
        let told = Mutex<[InstanceNotice]>([])
        let looks = Mutex<[Bool]>([])
        let watch = NoticeWatch(
            notices: InstanceNotices(metadata: InstanceMetadata(transport: instance, environment: environment)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            looked: { isAnnounced in looks.withLock { $0.append(isAnnounced) } }
        ) { notice in told.withLock { $0.append(notice) } }
        var outcome = Outcome()
        await watch.run { wait throws(CancellationError) in
            outcome.pauses.append(wait)
            guard instance.next() else { throw CancellationError() }
        }
        outcome.told = told.withLock { $0 }
        outcome.looks = looks.withLock { $0 }
        return (outcome, instance)
    }

    private func spot(_ action: SpotInterruption.Action, after seconds: Double) -> InstanceNotice {
        .spot(SpotInterruption(action: action, time: Date(timeIntervalSince1970: 1_800_000_000 + seconds)))
    }

    private static func spotText(_ action: String, _ time: String) -> String {
        #"{"action": "\#(action)", "time": "2027-01-15T\#(time)Z"}"#
    }

    @Test("A spot notice that stays is told once; one that changes, or goes and comes back, is told again")
    func spotNotices() async {
        let stop = Self.spotText("stop", "08:02:00")
        let later = Self.spotText("stop", "08:03:00")
        let (outcome, _) = await watch([
            Self.quiet, (stop, nil), (stop, nil), (later, nil), (later, nil), Self.quiet, (later, nil),
        ])
        #expect(outcome.told == [spot(.stop, after: 120), spot(.stop, after: 180), spot(.stop, after: 180)])
        #expect(outcome.pauses == Array(repeating: .seconds(5), count: 7))
    }

    @Test("Of Auto Scaling's states only those are told in which the instance does not run")
    func lifecycleStates() async {
        let (outcome, _) = await watch([
            (nil, "InService"), (nil, "Standby"), (nil, "Terminated"), (nil, "Terminated"), (nil, "InService"),
            (nil, "Warmed:Stopped"),
        ])
        #expect(outcome.told == [.autoScaling(.terminated), .autoScaling(.warmedStopped)])
    }

    @Test("Both notices of one look are told, and a broken one does not hold the other up")
    func both() async {
        let terminate = Self.spotText("terminate", "08:02:00")
        let (outcome, _) = await watch([("broken", nil), (terminate, "two words"), (terminate, "Terminated")])
        #expect(outcome.told == [spot(.terminate, after: 120), .autoScaling(.terminated)])
        // Metadata is there, whatever it says.
        #expect(outcome.pauses == [.seconds(5), .seconds(10), .seconds(5)])
    }

    @Test("Where metadata never answers it is asked every 5 minutes; once it answers, every 5 seconds")
    func withoutMetadata() async {
        let (outcome, instance) = await watch([nil, nil, Self.quiet, Self.quiet])
        #expect(outcome.pauses == ([300, 300, 5, 5] as [Int]).map { Duration.seconds($0) })
        // Two attempts at a token for each look that fails; then one token and two items, and two items.
        let questions: [Int] = [2, 2, 3, 2]
        #expect(instance.requests.count == questions.reduce(0, +))
    }

    @Test("Where it stops answering the waits double to a minute, and are short again when it is back")
    func backOff() async {
        let (outcome, _) = await watch([
            Self.quiet, nil, nil, nil, nil, nil, nil, (Self.spotText("stop", "08:02:00"), nil), nil,
        ])
        let seconds: [Int] = [5, 5, 10, 20, 40, 60, 60, 5, 5]
        #expect(outcome.pauses == seconds.map { Duration.seconds($0) })
        #expect(outcome.told == [spot(.stop, after: 120)])
    }

    @Test("A notice that was told is not told again because metadata was away meanwhile")
    func keptOverOutage() async {
        let stop = Self.spotText("stop", "08:02:00")
        let (outcome, _) = await watch([(stop, nil), nil, (stop, nil)])
        #expect(outcome.told == [spot(.stop, after: 120)])
    }

    @Test(
        "After each look it is said whether a notice stands: one that was told, until metadata says that there is none"
    )
    func looks() async {
        let stop = Self.spotText("stop", "08:02:00")
        let (outcome, _) = await watch([
            nil, Self.quiet, (stop, nil), nil, (stop, "Terminated"), (nil, "Terminated"), Self.quiet,
        ])
        #expect(outcome.looks == [false, false, true, true, true, true, false])
    }

    @Test("Switched off it asks nothing and ends")
    func disabled() async {
        let (outcome, instance) = await watch([Self.quiet], variables: ["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(outcome.pauses.isEmpty && instance.requests.isEmpty)
        #expect(outcome.looks == [false], "the workers would wait for a look that never comes")
    }

    @Test("run() ends when its task is cancelled")
    func cancelled() async {
        let instance = Instance([Self.quiet])
        let environment = AWSEnvironment(variables: [:])
        let notices = InstanceNotices(metadata: InstanceMetadata(transport: instance, environment: environment))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let task = Task { await NoticeWatch(notices: notices, logger: logger) { _ in }.run() }
        task.cancel()
        await task.value
    }

    @Test("A notice says what happens and when")
    func words() {
        #expect(
            spot(.terminate, after: 120).description
                == "EC2 will terminate this spot instance at 2027-01-15T08:02:00Z"
        )
        #expect(spot(.stop, after: 120).time == Date(timeIntervalSince1970: 1_800_000_120))
        let scaling = InstanceNotice.autoScaling(.terminated)
        #expect(scaling.description == "Auto Scaling brings this instance to Terminated" && scaling.time == nil)
    }
}
