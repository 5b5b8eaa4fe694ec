import FoundationEssentials
import Glibc

/// `posix_spawn` with nothing inherited: signals at their defaults, no descriptor above 2, standard input empty, a group of its own.
enum ChildSpawn {
    /// Starts the program and returns its pid, which the caller must reap.
    ///
    /// - Parameter arguments: program first; one without a slash is looked for in the daemon's `PATH`.
    static func spawn(
        _ arguments: [String],
        _ variables: [String: String],
        standardOutput: Int32,
        standardError: Int32
    ) throws(HelperProgram.Problem) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { throw failed(arguments, ENOMEM) }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { throw failed(arguments, ENOMEM) }
        defer { unsafe posix_spawnattr_destroy(&attributes) }

        var all = sigset_t()
        var none = sigset_t()
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        let prepared =
            unsafe [
                posix_spawnattr_setflags(&attributes, Int16(flags)),
                posix_spawnattr_setpgroup(&attributes, 0),
                posix_spawnattr_setsigdefault(&attributes, &all),
                posix_spawnattr_setsigmask(&attributes, &none),
                posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0),
                posix_spawn_file_actions_adddup2(&actions, standardOutput, 1),
                posix_spawn_file_actions_adddup2(&actions, standardError, 2),
            ] + (3...lastDescriptor()).map { unsafe posix_spawn_file_actions_addclose(&actions, $0) }
        if let code = prepared.first(where: { $0 != 0 }) { throw failed(arguments, code) }

        // Both lists are copies on the heap that live until posix_spawnp has returned; the kernel copies them into the child.
        var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var envp = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            // By index: swift-format writes `for unsafe pointer` as one word, which does not compile.
            for index in unsafe argv.indices { unsafe free(argv[index]) }
            for index in unsafe envp.indices { unsafe free(envp[index]) }
        }
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, arguments[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw failed(arguments, code) }
        return child
    }

    /// The highest descriptor that may be open here. Closing one that is not open is no error for `posix_spawn`. (Swift's Glibc hides
    /// `addclosefrom_np`.) Ours are all close-on-exec; this is for those of libraries.
    private static func lastDescriptor() -> Int32 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return max(names.compactMap { Int32($0) }.max() ?? 0, 63)
    }

    private static func failed(_ arguments: [String], _ code: Int32) -> HelperProgram.Problem {
        HelperProgram.Problem(
            message: "\(arguments.first ?? "the program") cannot be started: \(BoundedFile.reason(code))",
            isTransient: [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(code)
        )
    }
}
