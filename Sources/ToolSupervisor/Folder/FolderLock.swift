import CLinux
import Glibc

/// The lock of a tool's folder. It ends with the process that took it, however that dies.
struct FolderLock: ~Copyable {
    private let file: FileHandle

    private init(_ file: consuming FileHandle) { self.file = file }

    /// Takes the lock without waiting; `nil` when a supervisor has it.
    static func take(in folder: ToolFolder) throws(SystemError) -> FolderLock? {
        let file = try FileHandle(locking: "\(folder.path)/\(ToolFolder.lock)")
        let code = clinux_lock(file.descriptor)
        if code == -EAGAIN || code == -EACCES { return nil }
        guard code == 0 else { throw SystemError("fcntl", -code) }
        return FolderLock(file)
    }

    /// Whether somebody has the lock. Takes nothing, so that a supervisor that begins right now is not kept from it.
    static func isHeld(in folder: ToolFolder) throws(SystemError) -> Bool {
        let file: FileHandle
        do {
            file = try FileHandle(reading: "\(folder.path)/\(ToolFolder.lock)")
        } catch {
            if error.number == ENOENT { return false }
            throw error
        }
        let code = clinux_is_locked(file.descriptor)
        guard code >= 0 else { throw SystemError("fcntl", -code) }
        return code == 1
    }
}
