import FoundationEssentials

/// What lies in a folder.
enum FileTree {
    /// Paths below `folder`, at any depth.
    static func paths(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).flatMap { name -> [String] in
            var isFolder = false
            _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
            return [name] + (isFolder ? try paths(in: folder + "/" + name).map { name + "/" + $0 } : [])
        }
    }
}
