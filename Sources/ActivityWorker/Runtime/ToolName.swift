/// Names of tools are names of folders too.
enum ToolName {
    /// Refuses a name that cannot be a folder's.
    static func check(_ name: String) throws(TaskFailure) {
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte), name != ".", name != ".." else {
            throw TaskFailure(
                .internal,
                message: "“\(name)” cannot name a tool's folder.",
                next: "Report this as a fault of builderd, with the version and the log of this execution.",
                step: name
            )
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D || byte == 0x2E
            || byte == 0x5F
    }
}
