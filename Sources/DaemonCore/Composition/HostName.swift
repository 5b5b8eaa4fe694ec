import Glibc

/// The host's name as a worker's name.
enum HostName {
    /// The kernel's host name, brought into what `workerName` takes: 1 to 80 characters, no white space or special characters
    /// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html).
    static func workerName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "builderd" }
        return sanitised(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// `name` without the characters that the service refuses, at most 80 of them; `builderd` when nothing is left.
    static func sanitised(_ name: String) -> String {
        let kept = name.filter { character in
            character.isASCII
                && (character.isLetter || character.isNumber || character == "-" || character == "_"
                    || character == ".")
        }
        return kept.isEmpty ? "builderd" : String(kept.prefix(80))
    }
}
