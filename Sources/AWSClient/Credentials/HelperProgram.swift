import Dispatch
import Glibc

/// One run of a program with its output caught: no shell, no standard input, no descriptor of ours but the two it writes to.
///
/// The waiting is done on a queue of its own, which libdispatch gives a thread of its own. The global queues would not do: on
/// Linux their threads, one per core, are those that Swift's tasks run on.
package struct HelperProgram: Sendable {
    /// How a run ended.
    package struct Ended: Sendable {
        /// Exit status, or minus the signal's number.
        package let status: Int32
        /// What it printed.
        package let standardOutput: [UInt8]
        /// The first of what it complained about.
        package let standardError: [UInt8]
    }

    /// Why there was no run, or it was ended.
    package struct Problem: Error, Sendable {
        /// What happened and what to do.
        package let message: String
        /// Whether the same may work later.
        package let isTransient: Bool

        /// A problem of this kind.
        package init(message: String, isTransient: Bool) {
            self.message = message
            self.isTransient = isTransient
        }
    }

    /// Most of the standard error that is kept, in bytes.
    static let errorBytes = 4096

    /// Program and arguments; a program without a slash is looked for in `PATH`.
    let arguments: [String]
    /// Its environment variables.
    let variables: [String: String]
    /// When it is killed.
    let limit: Duration
    /// Most that it may print; beyond that it is killed.
    let outputBytes: Int

    /// A program that may take `limit` and print `outputBytes`.
    package init(arguments: [String], variables: [String: String], limit: Duration, outputBytes: Int) {
        self.arguments = arguments
        self.variables = variables
        self.limit = limit
        self.outputBytes = outputBytes
    }

    /// Runs the program to its end.
    package func run() async throws(Problem) -> Ended {
        let result: Result<Ended, Problem> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "builderd.credential-process").async {
                continuation.resume(returning: Result { () throws(Problem) in try runBlocking() })
            }
        }
        return try result.get()
    }

    private func runBlocking() throws(Problem) -> Ended {
        let output = try Self.pipe()
        let errors: (read: Int32, write: Int32)
        do throws(Problem) {
            errors = try Self.pipe()
        } catch {
            close(output.read)
            close(output.write)
            throw error
        }
        defer {
            close(output.read)
            close(errors.read)
        }
        let child: pid_t
        do {
            defer {
                close(output.write)
                close(errors.write)
            }
            child = try ChildSpawn.spawn(
                arguments,
                variables,
                standardOutput: output.write,
                standardError: errors.write
            )
        }
        return try watch(child, output.read, errors.read)
    }

    private var tooMuch: Problem {
        Problem(
            message: "it printed more than \(outputBytes) bytes: it has to print one JSON object",
            isTransient: false
        )
    }

    /// Reads both pipes until the child has ended, and reaps it in every case.
    private func watch(_ child: pid_t, _ output: Int32, _ errors: Int32) throws(Problem) -> Ended {
        let deadline = ContinuousClock.now + limit
        var caught: [UInt8] = []
        var complaint: [UInt8] = []
        var open = (output: true, errors: true)
        while true {
            if open.output { open.output = Self.drain(output, into: &caught, keeping: outputBytes + 1) }
            if open.errors { open.errors = Self.drain(errors, into: &complaint, keeping: Self.errorBytes) }
            if caught.count > outputBytes {
                Self.kill(child)
                throw tooMuch
            }
            // A grandchild may hold the pipes open for ever: the child's end is the end.
            if Self.hasEnded(child) {
                _ = Self.drain(output, into: &caught, keeping: outputBytes + 1)
                _ = Self.drain(errors, into: &complaint, keeping: Self.errorBytes)
                // What it left running has no claim to go on. Before it is reaped, so that its number is still its own.
                let status = Self.kill(child)
                guard caught.count <= outputBytes else { throw tooMuch }
                return Ended(status: Self.exit(status), standardOutput: caught, standardError: complaint)
            }
            if ContinuousClock.now >= deadline {
                Self.kill(child)
                throw Problem(
                    message: "it was killed after \(limit): it has to answer within that time",
                    isTransient: true
                )
            }
            var waited = [
                pollfd(fd: open.output ? output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: open.errors ? errors : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&waited, 2, open.output || open.errors ? 20 : 2)
        }
    }

    /// Appends what is there now, up to `bytes` in all, and drops the rest.
    ///
    /// - Returns: whether more may come.
    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8], keeping limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 8192)
        // A bound on one visit, so that an endless printer does not keep the deadline from being seen.
        for _ in 0..<64 {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            bytes.append(contentsOf: chunk[..<min(count, max(0, limit - bytes.count))])
        }
        return true
    }

    /// Whether the child has ended; it stays unreaped.
    private static func hasEnded(_ child: pid_t) -> Bool {
        var found = unsafe siginfo_t()
        let answer = unsafe waitid(P_PID, id_t(child), &found, WEXITED | WNOHANG | WNOWAIT)
        // Nothing that ended leaves si_signo at 0.
        return unsafe answer == 0 && found.si_signo == SIGCHLD
    }

    /// Ends the child and everything in its group, reaps it, and returns its wait status. Not having been reaped before, its pid and
    /// its group's are still its own.
    @discardableResult
    private static func kill(_ child: pid_t) -> Int32 {
        Glibc.kill(-child, SIGKILL)
        Glibc.kill(child, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func exit(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : -signal
    }

    private static func pipe() throws(Problem) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else {
            throw Problem(message: "no pipe for it: \(BoundedFile.reason(errno))", isTransient: true)
        }
        // Not atomic (Swift's Glibc hides pipe2): a program started in between by somebody else may get a copy. It cannot delay us,
        // because the child's end counts, not the pipe's.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Ours does not block; the program's is left as programs expect it.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }
}
