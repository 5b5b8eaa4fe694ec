import CLinux
import Glibc

/// A program ready to start: looked up, its files open.
struct LaunchRequest: Sendable {
    let path: String
    let argv: [String]
    let environment: [String]
    let directory: String
    let folder: String
    let grace: Duration
    let outputPath: String
    let errorPath: String

    /// Checks `spec`, finds its executable, and names its files in `folder`.
    init(_ spec: ToolSpec, folder: String) throws(ToolError) {
        path = try ExecutableLookup.find(spec.executable, path: spec.searchPath)
        argv = [spec.executable] + spec.arguments
        environment = spec.environment.map { "\($0.key)=\($0.value)" }.sorted()
        directory = spec.workingDirectory
        self.folder = folder
        grace = spec.grace
        outputPath = folder + "/stdout"
        errorPath = folder + "/stderr"
        let names = spec.environment.keys
        guard !names.contains(where: { $0.isEmpty || $0.contains("=") }) else {
            throw ToolError(
                .invalidSpec,
                message: "a variable's name is empty or holds =",
                next: "check the tool's environment"
            )
        }
        guard !(argv + environment + [directory]).contains(where: { $0.utf8.contains(0) }) else {
            throw ToolError(
                .invalidSpec,
                message: "an argument, variable or directory holds a NUL byte",
                next: "check the tool's arguments and environment"
            )
        }
    }

    /// Starts the program from the calling thread, which must never end while the program is to run.
    ///
    /// `started.json` is written before the program executes, so a crash at any instruction leaves no tool without a record.
    func launch() throws(ToolError) -> (pid: Int32, pidfd: Int32) {
        var result: clinux_spawn_result
        do {
            let input = try FileHandle(reading: "/dev/null")
            let output = try FileHandle(creating: outputPath)
            let error = try FileHandle(creating: errorPath)
            result = spawn(input: input.descriptor, output: output.descriptor, error: error.descriptor)
        } catch {
            throw ToolError(
                .folder,
                message: "cannot make \(outputPath) and \(errorPath): \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
        guard result.error == 0 else { throw failure(step: result.step, number: result.error) }
        do {
            try record(result.pid).write(folder: folder)
        } catch {
            unsafe clinux_spawn_abandon(&result)
            throw ToolError(
                .folder,
                message: "cannot write \(folder)/\(StartRecord.name): \(error)",
                next: "check the space and the mode of the work directory"
            )
        }
        unsafe clinux_spawn_release(&result)
        guard result.error == 0 else {
            // Nothing ran; a record would make recovery look for it.
            _ = unsafe unlink(folder + "/" + StartRecord.name)
            throw failure(step: result.step, number: result.error)
        }
        return (result.pid, result.pidfd)
    }

    private func record(_ pid: Int32) -> StartRecord {
        StartRecord(
            pid: pid,
            startTime: ProcessIdentity.read(pid)?.startTime ?? 0,
            bootId: StartRecord.currentBootId(),
            executable: path,
            graceMilliseconds: grace.components.seconds * 1000 + grace.components.attoseconds / 1_000_000_000_000_000
        )
    }

    private func spawn(input: Int32, output: Int32, error: Int32) -> clinux_spawn_result {
        var arguments = unsafe argv.map { unsafe strdup($0) }
        var variables = unsafe environment.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        unsafe variables.append(nil)
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        return unsafe path.withCString { path in
            unsafe directory.withCString { directory in
                unsafe arguments.withUnsafeBufferPointer { arguments in
                    unsafe variables.withUnsafeBufferPointer { variables in
                        var request = unsafe clinux_spawn_request(
                            path: path,
                            argv: arguments.baseAddress,
                            envp: variables.baseAddress,
                            directory: directory,
                            input: input,
                            output: output,
                            error_output: error
                        )
                        return unsafe clinux_spawn(&request)
                    }
                }
            }
        }
    }

    private func failure(step: Int32, number: Int32) -> ToolError {
        let reason = SystemError.text(number)
        switch clinux_spawn_step(rawValue: UInt32(bitPattern: step)) {
        case CLINUX_STEP_DIRECTORY:
            return ToolError(
                .startFailed,
                message: "\(path) cannot start in \(directory): \(reason)",
                next: "check that the directory exists",
                number: number
            )
        case CLINUX_STEP_EXEC:
            // The file itself was found executable, so ENOENT means its interpreter.
            let detail = number == ENOENT ? "its interpreter (#! line or dynamic loader) is not there" : reason
            return ToolError(
                .missing,
                message: "tool missing: \(path) cannot be executed: \(detail)",
                next: "install it again, for this machine's architecture",
                number: number
            )
        default:
            return ToolError(
                .startFailed,
                message: "\(path) cannot be started: \(reason) (step \(step))",
                next: "check the limits of the service on processes, files and memory",
                number: number
            )
        }
    }
}
