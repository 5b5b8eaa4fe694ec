import Glibc
import Logging
import SystemdSupport

/// A program for `Tests/Systemd` that writes to the real journal as the daemon does.
///
/// `JournalProbe bytes` writes an entry whose values are not text. `JournalProbe flood COUNT GATE` writes so many lines at once, says
/// `logged` on standard output, waits until somebody opens the named pipe GATE for writing, writes out what waits, and says how many were
/// sent and dropped.
@main struct JournalProbe {
    static func main() throws {
        let arguments = CommandLine.arguments
        let writer = try LogWriter.journal(identifier: "journal-probe")
        if arguments[1] == "bytes" {
            let bytes = Array("first\nsecond\u{0}third\t".utf8) + [0xff, 0xc3, 0x28] + Array("\n".utf8)
            writer.write(
                .entry([
                    JournalField("MESSAGE", bytes: bytes), JournalField("PRIORITY", "5"),
                    JournalField("SYSLOG_IDENTIFIER", "journal-probe"), JournalField("BUILDERD_STEP", "a\nb"),
                    JournalField("BUILDERD_TASK", bytes: [UInt8](repeating: 0x0a, count: 700_000)),
                ]),
                level: .notice
            )
            writer.close(within: .seconds(30))
            return
        }
        let logger = Logger(label: "probe") { _ in
            JournalLogHandler(identifier: "journal-probe", level: LogLevelSetting(.info), writer: writer)
        }
        for number in 0..<(Int(arguments[2]) ?? 0) { logger.info("line \(number)") }
        say("logged")
        let gate = unsafe open(arguments[3], O_RDONLY | O_CLOEXEC)
        if gate >= 0 { close(gate) }
        writer.close(within: .seconds(120))
        say("sent \(writer.counts.sent) dropped \(writer.counts.dropped)")
    }

    /// Unbuffered, so that the line is there while the program waits.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        unsafe write(STDOUT_FILENO, bytes, bytes.count)
    }
}
