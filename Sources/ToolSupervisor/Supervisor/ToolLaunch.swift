import CLinux
import Glibc

/// Starts the program of a request as a child of the calling thread, which must live for as long as the program.
struct ToolLaunch {
    let request: ToolRequest
    let folder: ToolFolder

    /// What was started.
    struct Started {
        var pid: Int32
        var pidfd: Int32
        var members: ToolMembers
    }

    /// Starts it. `started.json` is written before the program executes, so a crash at any instruction leaves no tool without a record.
    func launch() throws(ToolError) -> Started {
        let group = try cgroup()
        let ruleset: SharedDescriptor?
        do {
            ruleset = try request.confinement?.ruleset()
        } catch {
            throw ToolError(
                .startFailed,
                message: "the confinement of \(request.path) cannot be made: \(error)",
                next: "set tools.landlock to off in builderd.yaml to run tools without it, and report this",
                number: error.number
            )
        }
        var result: clinux_spawn_result
        do {
            let input = try FileHandle(reading: "/dev/null")
            let output = try FileHandle(creating: folder.outputPath)
            let error = try FileHandle(creating: folder.errorPath)
            let procs = try group?.members()
            result = spawn(
                input: input.descriptor,
                output: output.descriptor,
                error: error.descriptor,
                cgroup: procs?.descriptor ?? -1,
                ruleset: ruleset?.descriptor ?? -1
            )
        } catch {
            throw ToolError(
                .folder,
                message:
                    "cannot make \(folder.outputPath) and \(folder.errorPath), or join the tool's cgroup: \(error)",
                next: "check the space and the mode of the work directory",
                number: error.number
            )
        }
        guard result.error == 0 else {
            group?.remove()
            throw failure(step: result.step, number: result.error)
        }
        do {
            try record(result.pid, isConfined: ruleset != nil).write(folder: folder.path)
        } catch {
            unsafe clinux_spawn_abandon(&result)
            group?.remove()
            throw error
        }
        unsafe clinux_spawn_release(&result)
        guard result.error == 0 else {
            // Nothing ran; a record would make recovery look for it.
            _ = unsafe unlink("\(folder.path)/\(StartRecord.name)")
            group?.remove()
            throw failure(step: result.step, number: result.error)
        }
        let members = group.map(ToolMembers.cgroup) ?? .descendants(supervisor: getpid())
        return Started(pid: result.pid, pidfd: result.pidfd, members: members)
    }

    private func cgroup() throws(ToolError) -> ToolCgroup? {
        guard let path = request.cgroup else { return nil }
        let group = ToolCgroup(path)
        do {
            try group.make()
            return group
        } catch {
            throw ToolError(
                .startFailed,
                message: "the tool's cgroup \(path) cannot be made: \(error)",
                next: "check that the unit has Delegate=yes",
                number: error.number
            )
        }
    }

    private func record(_ pid: Int32, isConfined: Bool) -> StartRecord {
        StartRecord(
            pid: pid,
            startTime: ProcessIdentity.read(pid)?.startTime ?? 0,
            bootId: StartRecord.currentBootId(),
            executable: request.path,
            graceMilliseconds: request.graceMilliseconds,
            supervisor: getpid(),
            supervisorStartTime: ProcessIdentity.read(getpid())?.startTime ?? 0,
            cgroup: request.cgroup,
            isConfined: isConfined
        )
    }

    private func spawn(input: Int32, output: Int32, error: Int32, cgroup: Int32, ruleset: Int32) -> clinux_spawn_result
    {
        let (arguments, variables) = (CStringArray(request.arguments), CStringArray(request.environment))
        return unsafe request.path.withCString { path in
            unsafe request.directory.withCString { directory in
                unsafe arguments.withPointer { arguments in
                    unsafe variables.withPointer { variables in
                        var request = unsafe clinux_spawn_request(
                            path: path,
                            argv: arguments,
                            envp: variables,
                            directory: directory,
                            input: input,
                            output: output,
                            error_output: error,
                            cgroup: cgroup,
                            ruleset: ruleset
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
                message: "\(request.path) cannot start in \(request.directory): \(reason)",
                next: "check that the directory exists",
                number: number
            )
        case CLINUX_STEP_EXEC:
            // The file itself was found executable, so ENOENT means its interpreter.
            let detail = number == ENOENT ? "its interpreter (#! line or dynamic loader) is not there" : reason
            return ToolError(
                .missing,
                message: "tool missing: \(request.path) cannot be executed: \(detail)",
                next: "install it again, for this machine's architecture",
                number: number
            )
        default:
            return ToolError(
                .startFailed,
                message: "\(request.path) cannot be started: \(reason) (step \(step))",
                next: "check the limits of the service on processes, files and memory",
                number: number
            )
        }
    }
}
