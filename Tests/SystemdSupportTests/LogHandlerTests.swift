import Foundation
import Logging
import Synchronization
import Testing

@testable import SystemdSupport

@Suite("Log handlers")
struct LogHandlerTests {
    @Test("Fields of the journal: the message, the priority, and metadata whose keys are fields")
    func journalFields() {
        let sent = Mutex<[[JournalField]]>([])
        var logger = Logger(label: "x") { _ in
            JournalLogHandler(identifier: "builderd", level: LogLevelSetting(.trace)) { entry in
                sent.withLock { $0.append(entry) }
            }
        }
        logger[metadataKey: "BUILDERD_STAGE"] = "bakery"
        logger[metadataKey: "attempt"] = "2"
        logger.warning(
            "two\nlines",
            metadata: ["MESSAGE_ID": "abc", "PRIORITY": "0", "_UID": "0", "list": ["a", "b"]]
        )
        #expect(
            sent.withLock { $0 } == [
                [
                    JournalField("MESSAGE", "two\nlines PRIORITY=0 _UID=0 attempt=2 list=[\"a\", \"b\"]"),
                    JournalField("PRIORITY", "4"), JournalField("SYSLOG_IDENTIFIER", "builderd"),
                    JournalField("BUILDERD_STAGE", "bakery"), JournalField("MESSAGE_ID", "abc"),
                ]
            ]
        )
    }

    @Test(
        "Field names are journald's",
        arguments: [
            ("A", true), ("BUILDERD_TASK", true), ("A1_", true), ("", false), ("_A", false), ("1A", false),
            ("a", false), ("A=B", false), ("A\nB", false),
            ("Ä", false), (String(repeating: "A", count: 64), true), (String(repeating: "A", count: 65), false),
        ]
    )
    func fieldNames(name: String, valid: Bool) { #expect(JournalField.isValid(name: name) == valid) }

    @Test("Every level has syslog's priority")
    func priorities() { #expect(Logger.Level.allCases.map(JournalEntry.priority) == [7, 7, 6, 5, 4, 3, 2]) }

    @Test("A console line is readable, and shows control characters instead of obeying them")
    func consoleLine() {
        let lines = Mutex<[String]>([])
        var logger = Logger(label: "x") { _ in
            ConsoleLogHandler(level: LogLevelSetting(.info), colour: false, now: { 1_795_000_000.25 }) { line, _ in
                lines.withLock { $0.append(line) }
            }
        }
        logger[metadataKey: "BUILDERD_STAGE"] = "bakery"
        logger[metadataKey: "BUILDERD_EXECUTION"] = "arn:long"
        logger[metadataKey: "BUILDERD_TOOL"] = "packer"
        logger.debug("not shown")
        logger.info("built", metadata: ["ami": "ami-1"])
        logger.error("bad\n2026 INFO forged\u{1b}[2J\r\u{9b}x\u{202e}")
        #expect(
            lines.withLock { $0 } == [
                "2026-11-18T11:06:40.250Z info  [bakery] built tool=packer ami=ami-1\n",
                "2026-11-18T11:06:40.250Z ERROR [bakery] bad\n    | 2026 INFO forged\\u{1b}[2J\\u{d}\\u{9b}x\\u{202e} tool=packer\n",
            ]
        )
    }

    @Test("Colour is around the level alone")
    func colour() {
        let line = ConsoleLine.format(level: .error, message: "m", metadata: [:], secondsSince1970: 0, colour: true)
        #expect(line == "1970-01-01T00:00:00.000Z \u{1b}[1;31mERROR\u{1b}[0m m\n")
    }

    @Test("The error of an event is part of its message")
    func eventError() {
        let sent = Mutex<[[JournalField]]>([])
        let logger = Logger(label: "x") { _ in
            JournalLogHandler(identifier: "b", level: LogLevelSetting(.info)) { entry in
                sent.withLock { $0.append(entry) }
            }
        }
        logger.error("failed", error: CancellationError())
        #expect(sent.withLock { $0.first?.first } == JournalField("MESSAGE", "failed: CancellationError()"))
    }

    @Test("The journal is chosen only when standard error is connected to it")
    func destination() throws {
        let path = "/tmp/journal-stream-" + UUID().uuidString
        let descriptor = unsafe open(path, O_RDWR | O_CREAT, 0o600)
        defer {
            close(descriptor)
            _ = unsafe unlink(path)
        }
        var information = stat()
        try #require(unsafe fstat(descriptor, &information) == 0)
        let own = "\(information.st_dev):\(information.st_ino)"
        #expect(LogDestination.detect(journalStream: own, descriptor: descriptor) == .journal)
        for other in [nil, "", "1", "1:2", "x:y", own + "1", own + ":3"] {
            #expect(LogDestination.detect(journalStream: other, descriptor: descriptor) == .console)
        }
        #expect(LogDestination.detect(journalStream: own, descriptor: -1) == .console)
    }

    static let hasJournal: Bool = {
        let found = FileManager.default.fileExists(atPath: "/run/systemd/journal/socket")
        if !found {
            print(
                "SKIPPED: no journald on this machine (/run/systemd/journal/socket): the journal itself is not tested"
            )
        }
        return found
    }()

    @Test("An entry arrives in the journal with all its bytes", .enabled(if: hasJournal, "needs journald"))
    func realJournal() async throws {
        let mark = UUID().uuidString.replacingOccurrences(of: "-", with: "")
        let writer = try LogWriter.journal(identifier: "builderd-test")
        let logger = Logger(label: "x") { _ in
            JournalLogHandler(identifier: "builderd-test", level: LogLevelSetting(.info), writer: writer)
        }
        logger.info("first\nsecond \(mark)", metadata: ["BUILDERD_TASK": "\(mark)"])
        writer.close(within: .seconds(10))
        _ = try Self.journalctl(["--sync"])
        let text = try Self.journalctl(["-o", "json", "BUILDERD_TASK=\(mark)"])
        #expect(text.contains("first\\nsecond \(mark)"))
        #expect(text.contains("\"SYSLOG_IDENTIFIER\":\"builderd-test\""))
    }

    private static func journalctl(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/journalctl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    @Test("A level that is set later counts for every logger that has none of its own")
    func levelSetting() {
        let sent = Mutex(0)
        let setting = LogLevelSetting(.info)
        let logger = Logger(label: "x") { _ in
            JournalLogHandler(identifier: "b", level: setting) { _ in sent.withLock { $0 += 1 } }
        }
        var own = logger
        own.logLevel = .error
        logger.debug("not sent")
        setting.level = .debug
        logger.debug("sent")
        own.debug("not sent")
        #expect(sent.withLock { $0 } == 1)
    }
}
