import Foundation
import Synchronization

/// Counts the passages of probe points, keeps their names in a file, and kills the process at one of them.
final class ProbePoints: Sendable {
    private let passed = Mutex(0)
    private let killAt: Int?
    private let file: Int32

    /// - Parameter path: one line a passage, appended as it is passed.
    init(path: String, killAt: Int?) {
        self.killAt = killAt
        file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    }

    func pass(_ name: String) {
        passed.withLock { passed in
            passed += 1
            let line = Array("\(name)\n".utf8)
            _ = unsafe line.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if passed == killAt { kill(getpid(), SIGKILL) }
        }
    }
}
