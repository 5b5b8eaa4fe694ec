import Foundation
import TestSupport
import Testing

@testable import SystemdSupport

@Suite("Telling the service manager")
struct ServiceNotifierTests {
    @Test(
        "Each message is what sd_notify's page says, over a path and over an abstract name",
        arguments: [false, true]
    )
    func messages(abstract: Bool) throws {
        let manager = try FakeServiceManager(abstract: abstract)
        let notifier = ServiceNotifier(address: manager.address)
        #expect(notifier.isConnected)
        try notifier.ready(status: "polling 5 activities")
        try notifier.status("2 tasks")
        try notifier.watchdog()
        try notifier.extendTimeout(.milliseconds(1500))
        try notifier.extendTimeout(.zero)
        try notifier.reloading(now: .milliseconds(123_456))
        try notifier.stopping(status: "waiting for packer")
        #expect(
            manager.messages() == [
                "READY=1\nSTATUS=polling 5 activities", "STATUS=2 tasks", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=1500000",
                "EXTEND_TIMEOUT_USEC=1", "RELOADING=1\nMONOTONIC_USEC=123456000",
                "STOPPING=1\nSTATUS=waiting for packer",
            ]
        )
    }

    @Test("A line break in a status begins no assignment of its own")
    func injection() throws {
        let manager = try FakeServiceManager()
        try ServiceNotifier(address: manager.address).status("a\nMAINPID=1\r\u{0}x")
        #expect(manager.messages() == ["STATUS=a MAINPID=1  x"])
    }

    @Test("Without a service manager nothing is sent and nothing fails", arguments: [nil, ""])
    func notUnderSystemd(address: String?) throws {
        let notifier = ServiceNotifier(address: address)
        #expect(!notifier.isConnected)
        try notifier.ready(status: "x")
    }

    @Test(
        "An address that is none, or where nobody listens, is an error that says so",
        arguments: [
            ("relative/path", "address"), ("/tmp/" + String(repeating: "x", count: 200), "address"),
            ("/nonexistent/notify", "send"), ("@nobody-there", "send"),
        ]
    )
    func badAddress(address: String, operation: String) {
        let error = #expect(throws: ServiceNotifierError.self) { try ServiceNotifier(address: address).watchdog() }
        #expect(error?.operation == operation)
    }

    @Test("A service manager that does not read never blocks the daemon")
    func fullSocket() throws {
        let manager = try FakeServiceManager()
        let notifier = ServiceNotifier(address: manager.address)
        #expect(throws: ServiceNotifierError.self) { for _ in 0..<100_000 { try notifier.watchdog() } }
    }
}
