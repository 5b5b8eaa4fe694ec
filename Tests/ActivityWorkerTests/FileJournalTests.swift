import ActivityWorker
import FoundationEssentials
import Glibc
import Logging
import Testing
import TestSupport

@Suite("The journal on disk", .timeLimit(.minutes(1)))
struct FileJournalTests {
    private let folder: TemporaryFolder
    private let log = LogLines()
    private var root: String { folder.path + "/state" }

    init() throws { folder = try TemporaryFolder() }

    private func open(history: Int = 1000) throws -> FileJournal {
        try FileJournal(folder: root, historyLimit: history, logger: log.logger)
    }

    private func claim(_ number: Int = 1, input: String = #"{"a":"/ü"}"#) -> ClaimRecord {
        let digits = String(number, radix: 16)
        return ClaimRecord(
            id: String(repeating: "0", count: 16 - digits.count) + digits,
            stage: "bakery",
            activity: "arn:x",
            claimedMilliseconds: 1_800_000_000_123 + Int64(number),
            token: TaskToken("token/\(number)+=="),
            input: input,
            boot: "this boot",
            received: BootInstant(sinceBoot: .milliseconds(5_000_123))
        )
    }

    private func reported(_ error: String? = nil) -> ClosingRecord {
        ClosingRecord(
            ending: .reported(error: error),
            closedMilliseconds: 1_800_000_001_000,
            attempts: 1,
            task: "t",
            execution: "e"
        )
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + "/" + path)), as: UTF8.self)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: root + "/" + path)[.posixPermissions] as? Int)
    }

    @Test func `a claim is readable, private, and has room for its outcome`() async throws {
        let journal = try open()
        try await journal.claim(claim())
        let file = try text("tasks/0000000000000001/claim.json")
        #expect(
            file.contains("\"schema\" : 2") && file.contains("\"token\" : \"token/1+==\"")
                && file.contains("2027-01-15T08:00:00.124Z")
        )
        #expect(try mode("") == 0o700 && mode("tasks") == 0o700 && mode("tasks/0000000000000001") == 0o700)
        #expect(try mode("tasks/0000000000000001/claim.json") == 0o600)
        var status = stat()
        #expect(unsafe stat(root + "/tasks/0000000000000001/outcome.reserved", &status) == 0)
        #expect(Int(status.st_blocks) * 512 >= 2 * 262_144)
    }

    @Test func `claims and outcomes come back in another process's place, byte for byte`() async throws {
        let journal = try open()
        let output = "{\"a\":\"" + String(repeating: "\\\"ü漢\\u0001", count: 20_000) + "\"}"
        let failure = TaskReport.of(TaskFailure("A.B", message: "m\n\"", next: "n"), stage: "s", redact: { $0 })
        for number in 1...3 { try await journal.claim(claim(number, input: "not JSON \u{1}\"\n🙂")) }
        try await journal.outcome(.success(output: output), claim: claim(2), atMilliseconds: 0)
        try await journal.outcome(failure, claim: claim(3), atMilliseconds: 0)
        journal.close()

        let recovered = await (try open()).recover { $0 == "bakery" }
        #expect(recovered.map(\.claim) == (1...3).map { claim($0, input: "not JSON \u{1}\"\n🙂") })
        #expect(recovered.map(\.report) == [nil, .success(output: output), failure])
        #expect(!recovered.contains { $0.isDamaged })
    }

    @Test func `steps come back, the last record of each, whatever their names are`() async throws {
        let journal = try open()
        try await journal.claim(claim())
        let records = ["plain", "a:b/c ü", "..", "plain"].enumerated().map { number, name in
            StepRecord(
                kind: .step,
                name: name,
                inputs: "\(number)",
                result: #"{"n":"\#(number)"}"#,
                recordedMilliseconds: Int64(number)
            )
        }
        let tool = StepRecord(kind: .tool, name: "plain", inputs: "t", result: nil, recordedMilliseconds: 9)
        for record in records + [tool] { try await journal.record(record, claim: claim()) }
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/tasks/0000000000000001/steps").sorted()
        #expect(
            names == ["step-%2E%2E.json", "step-a%3Ab%2Fc%20%C3%BC.json", "step-plain.json", "tool-plain.json"]
                || names == ["step-...json", "step-a%3Ab%2Fc%20%C3%BC.json", "step-plain.json", "tool-plain.json"]
        )
        #expect(
            try mode("tasks/0000000000000001/steps") == 0o700
                && mode("tasks/0000000000000001/steps/step-plain.json") == 0o600
        )
        journal.close()
        let task = try #require(await (try open()).recover { _ in true }.first)
        #expect(Set(task.steps) == [records[1], records[2], records[3], tool])
    }

    @Test(arguments: [
        "{", #"{"schema":1}"#,
        #"{"schema":2,"kind":"step","name":"other","inputs":"","recorded":"","recordedMilliseconds":0}"#,
    ])
    func `a damaged step is no task that goes on: it is failed, and the record kept in quarantine`(contents: String)
        async throws
    {
        let journal = try open()
        try await journal.claim(claim())
        journal.close()
        try folder.write("state/tasks/0000000000000001/steps/step-a.json", contents)
        let again = try open()
        let task = try #require(await again.recover { _ in true }.first)
        #expect(task.isDamaged && task.steps.isEmpty && task.claim.token == claim().token)
        try await again.close(task.claim, reported("Builder.Interrupted"))
        #expect(try text("quarantine/0000000000000001/steps/step-a.json") == contents)
        #expect(again.counts == JournalCounts(open: 0, history: 1, quarantined: 1))
    }

    @Test(arguments: [
        "00000000000000ab/folder/file", "00000000000000ab/claim.json/file", ".closed-00000000000000ab/folder/file",
        "0000000000000001/folder/file",
    ])
    func `folders that somebody put among the records keep nothing from starting`(foreign: String) async throws {
        let journal = try open()
        try await journal.claim(claim())
        journal.close()
        try folder.write("state/tasks/\(foreign)", "")
        let again = try open()
        let task = try #require(await again.recover { _ in true }.first { $0.claim == claim() })
        try await again.close(task.claim, reported())
        again.close()
        #expect(try open().counts.open == 0)
    }

    @Test func `steps of a claim that is a file are no steps`() async throws {
        let journal = try open()
        try await journal.claim(claim())
        journal.close()
        try folder.write("state/tasks/0000000000000001/steps", "")
        #expect(await (try open()).recover { _ in true }.first?.isDamaged == true)
    }

    @Test func `each recovered task is handed out once, to the stage it belongs to`() async throws {
        let first = try open()
        try await first.claim(claim())
        first.close()
        let journal = try open()
        #expect(await journal.recover { $0 == "provision" }.isEmpty)
        #expect(await journal.recover { $0 == "bakery" }.count == 1)
        #expect(await journal.recover { $0 == "bakery" }.isEmpty)
    }

    @Test func `a closed claim leaves no token, only its ending, and the history is bounded`() async throws {
        let journal = try open(history: 5)
        for number in 1...12 {
            try await journal.claim(claim(number))
            try await journal.outcome(.success(output: #"{"out":"put"}"#), claim: claim(number), atMilliseconds: 0)
            try await journal.close(claim(number), reported(number == 12 ? "A.B" : nil))
        }
        #expect(journal.counts == JournalCounts(open: 0, history: 5, quarantined: 0))
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/tasks").isEmpty)
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/history").sorted()
        #expect(names.count == 5)
        let last = try text("history/" + names[4])
        #expect(
            last.contains("\"ending\" : \"reported failure A.B\"") && !last.contains("token") && !last.contains("put")
        )
        journal.close()
        #expect(try open(history: 5).counts.history == 5)
    }

    @Test func `a second daemon on the folder is refused with the holder's process id`() async throws {
        let journal = try open()
        let error = #expect(throws: JournalError.self) { _ = try self.open() }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("process \(getpid())") == true && error?.message.contains(root) == true)
        journal.close()
        _ = try open()
    }

    @Test(arguments: [
        #"{"schema":2,"token":"tok-en/1==","new":true}"#, #"{"schema":1,"id":"00000000000000ff","token":"tok-en/1=="}"#,
        "{\n  \"schema\" : 1,\n  \"token\" : \"tok-en/1==\",\n  \"inp", "\u{0}\u{0}\"token\":\"tok-en/1==\"\u{FF}",
    ])
    func `a damaged or foreign claim with a readable token is failed and kept in quarantine`(contents: String)
        async throws
    {
        try folder.write("state/tasks/00000000000000aa/claim.json", contents)
        let journal = try open()
        let recovered = await journal.recover { $0 == "" }
        #expect(recovered.map(\.claim.token) == [TaskToken("tok-en/1==")])
        let task = try #require(recovered.first)
        #expect(task.isDamaged && task.report == nil)
        #expect(
            log.lines.value.contains {
                $0.level == .error && $0.text.contains("00000000000000aa") && !$0.text.contains("tok-en")
            }
        )
        try await journal.close(task.claim, reported("Builder.Interrupted"))
        #expect(try text("quarantine/00000000000000aa/claim.json") == contents)
        journal.close()
        // No loop: the next start finds nothing to do.
        let next = try open()
        #expect(await next.recover { _ in true }.isEmpty)
        #expect(next.counts.quarantined == 1)
    }

    @Test(arguments: [
        ("00000000000000aa/claim.json", "garbage"), ("00000000000000aa/claim.json", ""),
        ("00000000000000aa/claim.json", #"{"schema":1,"token":""}"#),
        ("00000000000000aa/claim.json.new", "{\"tok"), ("not-ours/claim.json", #"{"schema":1,"token":"abc"}"#),
        ("a-file", "x"),
    ])
    func `what cannot be answered is set aside, and the start goes on`(path: String, contents: String) async throws {
        try folder.write("state/tasks/" + path, contents)
        let journal = try open()
        #expect(await journal.recover { _ in true }.isEmpty)
        #expect(journal.counts == JournalCounts(open: 0, history: 0, quarantined: 1))
        #expect(log.lines.value.contains { $0.level == .error })
        try await journal.claim(claim())
    }

    @Test func `a claim whose rename the crash prevented is recovered, one without any file is forgotten`() async throws
    {
        let first = try open()
        try await first.claim(claim())
        first.close()
        let task = root + "/tasks/0000000000000001"
        try FileManager.default.moveItem(atPath: task + "/claim.json", toPath: task + "/claim.json.new")
        try folder.write("state/tasks/00000000000000bb/outcome.reserved", "")
        try folder.write("state/tasks/.closed-00000000000000cc/claim.json", "{}")
        let journal = try open()
        #expect(await journal.recover { _ in true }.map(\.claim) == [claim()])
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/tasks") == ["0000000000000001"])
        #expect(journal.counts.quarantined == 0)
    }

    @Test func `a damaged outcome is no outcome`() async throws {
        let first = try open()
        try await first.claim(claim())
        first.close()
        try folder.write("state/tasks/0000000000000001/outcome.json", "{\"schema\":1}")
        let recovered = await (try open()).recover { _ in true }
        #expect(recovered.map(\.claim) == [claim()] && recovered[0].report == nil && recovered[0].isDamaged)
    }

    @Test func `a journal that cannot be written says so until it can`() async throws {
        let journal = try open()
        #expect(await journal.obstacle() == nil)
        // A file where the folder was: no permission stops a test that runs as root.
        try FileManager.default.moveItem(atPath: root + "/tasks", toPath: root + "/away")
        try folder.write("state/tasks", "")
        #expect(await journal.obstacle() != nil, "before anything was tried in vain")
        await #expect(throws: JournalError.self) { try await journal.claim(self.claim()) }
        #expect(await journal.obstacle() != nil)
        try FileManager.default.removeItem(atPath: root + "/tasks")
        try FileManager.default.moveItem(atPath: root + "/away", toPath: root + "/tasks")
        #expect(await journal.obstacle() == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/tasks") == [], "the trial left something")
        try await journal.claim(claim())
    }

    @Test func `many claims at once keep their own folders`() async throws {
        let journal = try open()
        try await withThrowingTaskGroup { group in
            for number in 1...64 {
                group.addTask {
                    try await journal.claim(self.claim(number))
                    try await journal.outcome(
                        .success(output: "\(number)"),
                        claim: self.claim(number),
                        atMilliseconds: 0
                    )
                }
            }
            try await group.waitForAll()
        }
        journal.close()
        let recovered = await (try open()).recover { _ in true }
        #expect(recovered.map(\.report) == (1...64).map { .success(output: "\($0)") })
    }
}
