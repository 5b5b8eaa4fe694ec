import Glibc

/// `realpath(3)`.
enum RealPath {
    /// `path` absolute and without symbolic links; `nil` when there is nothing at it or it may not be looked at.
    static func of(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
