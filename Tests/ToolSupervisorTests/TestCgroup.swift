import Foundation

@testable import ToolSupervisor

/// A cgroup that tests may make tools' groups in, as systemd delegates one to the unit; removed with this.
final class TestCgroup: Sendable {
    let path: String

    /// `nil` where this machine lets nobody make one.
    init?() {
        guard let mount = Self.mount else { return nil }
        path = "\(mount)/builderd-test-\(UUID().uuidString)"
        guard unsafe mkdir(path, 0o755) == 0 else { return nil }
        guard unsafe access(path + "/cgroup.kill", W_OK) == 0 else {
            _ = unsafe rmdir(path)
            return nil
        }
    }

    deinit { ToolCgroup(path).remove() }

    /// Whether there are any here.
    static let isAvailable = TestCgroup() != nil

    private static let mount: String? = {
        let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        let line = table.split(separator: "\n").first { $0.contains(" - cgroup2 ") }
        return line.map { String($0.split(separator: " ")[4]) }
    }()
}

/// How the tools of a test are kept together.
enum TestContainment: String, CaseIterable, Sendable {
    case cgroup, descendants

    /// Those that this machine has.
    static let available = TestCgroup.isAvailable ? allCases : [.descendants]
}
