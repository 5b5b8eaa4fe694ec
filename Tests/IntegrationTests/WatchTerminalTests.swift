import Foundation
import Testing

/// `builderctl status --watch` on a pseudo terminal, which `Tests/Python/watch_terminal.py` drives.
@Suite(
    .enabled(
        if: Ctl.executable != nil && BuilderdProcess.python != nil,
        "BUILDERD_TEST_BUILDERD or BUILDERD_TEST_PYTHON is not set: run Tests/run"
    ),
    .timeLimit(.minutes(5))
)
struct WatchTerminalTests {
    @Test(arguments: [
        ("fits", "fits every size, shows a resize at once, and Ctrl-C gives the terminal back"),
        ("terminate", "gives the terminal back on SIGTERM"), ("stop", "gives it back while it is stopped"),
        ("error", "gives it back on an error, which is then told"), ("absent", "does not touch it where no daemon is"),
        ("colourless", "is in one place without colours too"), ("dumb", "sends a dumb terminal no escape sequence"),
    ])
    func `the view on a terminal`(name: String, what: String) async throws {
        let script = EmulatedStage.checkout + "/Tests/Python/watch_terminal.py"
        let outcome = try await Ctl.run([script, try #require(Ctl.executable), name], program: BuilderdProcess.python)
        #expect(outcome.status == 0, "\(what): \(outcome.errors)")
    }
}
