import FoundationEssentials

/// How far a Terraform with `-json` came with the state's lock, by its own messages.
enum LockProgress: Sendable, Hashable {
    /// It said nothing of it: it had not begun, or got the lock at once.
    case unknown
    /// It said that it waits for it, and nothing that comes after.
    case waiting
    /// It was at work, so it had the lock.
    case held

    private static let mostLineBytes = 1024 * 1024

    private struct Message: Decodable {
        var type: String
    }

    /// Reads a command's standard output.
    init(output path: String) {
        var progress = Self.unknown
        var lines = LineCutter(limit: Self.mostLineBytes)
        let take: ([UInt8], Bool) -> Void = { line, isWhole in
            guard isWhole, let message = try? JSONDecoder().decode(Message.self, from: Data(line)) else { return }
            switch message.type {
            case "state_lock_acquire": progress = .waiting
            case let type where Self.comesAfter(type): progress = .held
            default: break
            }
        }
        // A command that never began has no output.
        try? OutputFile.read(path) { lines.take($0, take) }
        lines.finish(take)
        self = progress
    }

    /// Diagnostics are not among them: that the lock was not to be had is one too.
    private static func comesAfter(_ type: String) -> Bool {
        ["planned_change", "resource_drift", "change_summary", "outputs"].contains(type)
            || ["apply_", "refresh_", "provision_", "ephemeral_op_"].contains { type.hasPrefix($0) }
    }
}
