/// Short names made from long ones.
package enum ShortHash {
    /// First 16 hex digits of `digest` (SHA-256) of the bytes.
    package static func of(_ bytes: [UInt8], _ digest: ([UInt8]) -> [UInt8]) -> String {
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(16)
        for byte in digest(bytes).prefix(8) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension TaskHeader {
    /// The task's id: execution, state, entered time and attempt. Names of created resources derive from it, and its workspace's.
    package func taskID(stage: String, _ digest: ([UInt8]) -> [UInt8]) -> String {
        ShortHash.of(Array("\(execution)\n\(stage)\n\(entered)\n\(attempt)".utf8), digest)
    }
}

extension WorkerDependencies {
    /// First 16 hex digits of the text's SHA-256.
    func shortHash(_ text: String) -> String { ShortHash.of(Array(text.utf8), digest) }

    /// First 16 hex digits of the bytes' SHA-256.
    func shortHash(bytes: [UInt8]) -> String { ShortHash.of(bytes, digest) }

    /// The task's id.
    func taskID(stage: String, header: TaskHeader) -> String { header.taskID(stage: stage, digest) }
}
