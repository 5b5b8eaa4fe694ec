import FoundationEssentials

/// `failed.json` in a tool's folder: nothing was started, and why.
struct StartFailure: Codable, Sendable, Hashable {
    /// The file's name.
    static let name = "failed.json"
    /// Format of the file; this version writes 1.
    var schema = 1
    /// `ToolError.Code`.
    var code: String
    var message: String
    var next: String
    var number: Int32?

    init(_ error: ToolError) {
        code = error.code.rawValue
        message = error.message
        next = error.next
        number = error.number
    }

    var error: ToolError {
        ToolError(ToolError.Code(rawValue: code), message: message, next: next, number: number)
    }

    /// The record in `folder`; `nil` where there is none.
    static func load(folder: ToolFolder) throws(ToolError) -> StartFailure? {
        try RecordFile.load(StartFailure.self, "\(folder.path)/\(name)")
    }
}
