import Glibc

/// The socket's file: made so that it never has a wider mode than 0660, and removed only if it is still ours.
struct LocalSocketFile: Sendable {
    let path: String
    /// The file's group.
    let groupId: UInt32
    private let device: dev_t
    private let inode: ino_t

    /// Binds a new socket at `path` and returns its descriptor, which listens.
    ///
    /// A file that is there is replaced when it is a socket on which nobody listens.
    static func bind(path: String, group: String?, purpose: String) throws(LocalServerError) -> (
        descriptor: Int32, file: LocalSocketFile
    ) {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.hasPrefix("/"), path.utf8.count < capacity, !path.utf8.contains(0) else {
            throw LocalServerError(
                code: .path,
                message: "\(purpose).socket \(path) is not an absolute path of at most \(capacity - 1) bytes",
                next: "choose another path"
            )
        }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let groupId = try group.map { name throws(LocalServerError) in
            guard let number = try SocketGroup.number(of: name) else {
                throw LocalServerError(
                    code: .group,
                    message: "\(purpose).group \(name) is not a group of this machine",
                    next: "create it (groupadd --system \(name)) or leave \(purpose).group out"
                )
            }
            return number
        }
        try makeFolder(of: path)
        try removeStale(path, address, purpose)

        let descriptor = socket(AF_UNIX, stream | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket", path) }
        do throws(LocalServerError) {
            // Linux gives the file the mode of the unbound socket, less the umask: there is no moment of a wider one.
            guard fchmod(descriptor, 0o600) == 0 else { throw failure("fchmod", path) }
            guard unsafe call(address, { unsafe Glibc.bind(descriptor, $0, $1) }) == 0 else {
                throw failure("bind", path)
            }
            if let groupId, unsafe lchown(path, uid_t.max, groupId) != 0 {
                throw LocalServerError(
                    code: .group,
                    message: "\(path) cannot be given to group \(group ?? ""): \(text(errno))",
                    next:
                        "make the daemon's user a member of it (usermod --append --groups \(group ?? "") builderd) and restart, or "
                        + "name it in SupplementaryGroups= of the unit"
                )
            }
            guard unsafe chmod(path, 0o660) == 0 else { throw failure("chmod", path) }
            guard listen(descriptor, 128) == 0 else { throw failure("listen", path) }
            var information = stat()
            guard unsafe lstat(path, &information) == 0 else { throw failure("stat", path) }
            let file = LocalSocketFile(
                path: path,
                groupId: information.st_gid,
                device: information.st_dev,
                inode: information.st_ino
            )
            return (descriptor, file)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Removes the file, unless another has taken its place.
    func remove() {
        var information = stat()
        guard unsafe lstat(path, &information) == 0, information.st_dev == device, information.st_ino == inode else {
            return
        }
        _ = unsafe unlink(path)
    }

    private static let stream = Int32(SOCK_STREAM.rawValue)

    private static func removeStale(_ path: String, _ address: sockaddr_un, _ purpose: String) throws(LocalServerError)
    {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFSOCK else {
            throw LocalServerError(
                code: .path,
                message: "\(path) is there and is not a socket",
                next: "remove it, or choose another \(purpose).socket"
            )
        }
        let probe = socket(AF_UNIX, stream | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw failure("socket", path) }
        defer { close(probe) }
        let result = unsafe call(address) { unsafe connect(probe, $0, $1) }
        // Anything but a refusal, also a full backlog (EAGAIN), means that somebody listens.
        guard result != 0, errno == ECONNREFUSED || errno == ENOENT else {
            throw LocalServerError(
                code: .inUse,
                message: "another process answers on \(path)",
                next: "stop the other builderd, or give this one a \(purpose).socket of its own"
            )
        }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
    }

    private static func makeFolder(of path: String) throws(LocalServerError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let folder = String(path[..<slash])
        guard unsafe mkdir(folder, 0o755) == 0 else {
            // One that is there keeps its mode: under the unit it is systemd's, by RuntimeDirectoryMode=.
            if errno == EEXIST { return }
            throw failure("mkdir", folder)
        }
        // Whatever the umask: everybody may pass, as the group of one socket need not be that of the other, and each socket's own mode says
        // who may connect.
        guard unsafe chmod(folder, 0o755) == 0 else { throw failure("chmod", folder) }
    }

    private static func call(_ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func failure(_ call: String, _ path: String) -> LocalServerError {
        LocalServerError(
            code: .system,
            message: "cannot serve \(path): \(call): \(text(errno))",
            next: "check that the daemon's user may write its folder (RuntimeDirectory= in the unit)"
        )
    }

    /// Safe between threads since glibc 2.32.
    private static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
