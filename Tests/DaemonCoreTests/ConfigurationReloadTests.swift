import DaemonCore
import Logging
import Pipeline
import Stages
import Synchronization
import TestSupport
import Pipeline
import Stages
import Testing

@Suite struct ConfigurationReloadTests {
    /// What a reload did, in order.
    private final class Notes: Sendable {
        let applied = Mutex<[DaemonConfiguration]>([])
        let outcomes = Mutex<[ConfigurationReload.Outcome]>([])
        let begun = Atomic(0)
    }

    private let folder: TemporaryFolder
    private let notes = Notes()

    init() throws { folder = try TemporaryFolder() }

    private func text(_ changes: [(String, String)] = []) -> String {
        changes.reduce(ConfigurationLoaderTests.complete(folder.path)) { $0.replacing($1.0, with: $1.1) }
    }

    private func load(_ text: String) async throws(ConfigurationError) -> DaemonConfiguration {
        do { try folder.write("builderd.yaml", text) } catch { Issue.record(error) }
        return try await ConfigurationLoader(file: folder.path + "/builderd.yaml", environment: ["PATH": "/usr/bin"])
            .load()
    }

    /// A reload of the complete file's configuration that finds `text`.
    private func reload(finding text: String) async throws -> ConfigurationReload.Outcome {
        let reload = ConfigurationReload(
            of: try await load(self.text()),
            load: { () async throws(ConfigurationError) in try await load(text) },
            apply: { [notes] configuration in notes.applied.withLock { $0.append(configuration) } },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            began: { [notes] in notes.begun.add(1, ordering: .relaxed) },
            ended: { [notes] outcome in notes.outcomes.withLock { $0.append(outcome) } }
        )
        await reload.reload()
        #expect(notes.begun.load(ordering: .relaxed) == 1)
        return try #require(notes.outcomes.withLock { $0 }.last)
    }

    @Test func `slots, graces and the log level change live`() async throws {
        let changed = text([("slots: 3", "slots: 5"), ("graceSeconds: 120", "graceSeconds: 60"), ("debug", "warning")])
        #expect(
            try await reload(finding: changed)
                == .applied(["activities.bakery.slots", "tools.packer.graceSeconds", "log.level"])
        )
        let applied = try #require(notes.applied.withLock { $0 }.first)
        #expect(applied.activities[.bakery]?.slots == 5)
        #expect(applied.stages.packerGrace == .seconds(60))
        #expect(applied.logLevel == .warning)
    }

    @Test func `the same file changes nothing`() async throws {
        #expect(try await reload(finding: text()) == .applied([]))
    }

    @Test func `a file with a problem changes nothing and says where it is`() async throws {
        let outcome = try await reload(finding: text([("slots: 3", "slots: 0"), ("debug", "loud")]))
        guard case .refused(let reason) = outcome else { throw Unexpected(description: "\(outcome)") }
        #expect(reason.contains("activities.bakery.slots"))
        #expect(reason.hasSuffix("and 1 more"))
        #expect(notes.applied.withLock { $0 }.isEmpty)
    }

    @Test func `a change that takes a restart is named, and nothing beside it is applied`() async throws {
        let outcome = try await reload(
            finding: text([("slots: 3", "slots: 4"), (":activity:provision", ":activity:other")])
        )
        #expect(outcome == .refused("activities.provision.arn takes a restart"))
        #expect(notes.applied.withLock { $0 }.isEmpty)
    }

    @Test func `after a refusal the next reload compares with what runs`() async throws {
        let texts = Mutex([text([("slots: 3", "slots: 0")]), text([("slots: 3", "slots: 2")]), text()])
        let reload = ConfigurationReload(
            of: try await load(text()),
            load: { () async throws(ConfigurationError) in try await load(texts.withLock { $0.removeFirst() }) },
            apply: { _ in },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            began: {},
            ended: { [notes] outcome in notes.outcomes.withLock { $0.append(outcome) } }
        )
        for _ in 0..<3 { await reload.reload() }
        let slots = ConfigurationReload.Outcome.applied(["activities.bakery.slots"])
        #expect(notes.outcomes.withLock { Array($0.dropFirst()) } == [slots, slots])
    }

    private struct Unexpected: Error, CustomStringConvertible { var description: String }
}
