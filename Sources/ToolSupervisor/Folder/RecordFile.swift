import FoundationEssentials

/// Reads and writes the JSON records of a tool's folder.
enum RecordFile {
    /// The record at `path`; `nil` where there is none.
    ///
    /// - Throws: `folder` when it is there and is not one.
    static func load<Record: Decodable>(_ type: Record.Type, _ path: String) throws(ToolError) -> Record? {
        do {
            guard let bytes = try PrivateFile.read(path) else { return nil }
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ToolError(
                .folder,
                message: "\(path) cannot be read: \(error)",
                next: "look for a tool that still runs by hand",
                number: (error as? SystemError)?.number
            )
        }
    }

    /// Replaces the record at `path` in one step.
    ///
    /// - Parameter reserved: a file of `PrivateFile.reserve` whose room the record takes; where it is gone, new room is looked for.
    static func write(_ record: some Encodable, _ path: String, inRoomOf reserved: String? = nil) throws(ToolError) {
        do {
            let bytes = Array(try JSONEncoder().encode(record))
            if let reserved, (try? PrivateFile.replace(path, with: bytes, inRoomOf: reserved)) != nil { return }
            try PrivateFile.replace(path, with: bytes)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot write \(path): \(error)",
                next: "check the space and the mode of the work directory",
                number: (error as? SystemError)?.number
            )
        }
    }
}
