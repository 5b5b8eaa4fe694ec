package import ActivityWorker
import FoundationEssentials
package import Logging
import Stages
package import ToolSupervisor

/// The tool supervisor as the worker needs it: a tool's lines go to the log, redacted, with the journal's fields; its failures become
/// the worker's.
package struct SupervisedTools: ToolRunning {
    private let runner: ToolRunner
    private let searchPath: String
    private let unreadable: [String]?
    private let meter: ToolMeter?
    /// The unit's CacheDirectory, for what tools download.
    private static let cache = "/var/cache/builderd"

    /// Tools looked up in `searchPath`, the daemon's own `PATH`.
    ///
    /// - Parameter unreadable: absolute paths that tools may not read, their own workspace excepted; nor may they write anywhere but there.
    ///   `nil` for tools that Landlock does not confine.
    /// - Parameter meter: counts them; none by default.
    package init(runner: ToolRunner, searchPath: String, unreadable: [String]? = nil, meter: ToolMeter? = nil) {
        self.runner = runner
        self.searchPath = searchPath
        self.unreadable = unreadable
        self.meter = meter
    }

    package func run(
        _ invocation: ToolInvocation,
        folder: String,
        context: ToolRunContext
    ) async throws -> ToolExit {
        let spec = ToolSpec(
            executable: invocation.executable,
            arguments: invocation.arguments,
            environment: invocation.environment,
            workingDirectory: invocation.workingDirectory,
            searchPath: searchPath,
            grace: invocation.stop.grace,
            lease: context.isFenced ? "\(context.workspace)/\(LeaseFile.name)" : nil,
            confinement: unreadable.map { Confinement(writable: [context.workspace, Self.cache], unreadable: $0) }
        )
        let redactor = try redactor(of: context)
        let onLine = invocation.logsOutput ? Self.log(invocation.outputForm, to: context) : nil
        let began = ContinuousClock.now
        meter?.began()
        do {
            let end = try await runner.run(
                spec,
                folder: folder,
                isAdoption: context.isAdoption,
                redactor: redactor,
                leavesRunning: context.leavesRunning,
                stopBy: { context.stopBy()?.sinceBoot },
                onLine: onLine
            )
            meter?.ended(context.name, end, successes: invocation.successStatuses, after: began.duration(to: .now))
            report(end, context)
            return ToolExit(
                status: end.status,
                signal: end.signal,
                stopped: end.wasStopped,
                standardOutput: end.standardOutput,
                standardError: end.standardError
            )
        } catch {
            meter?.failed(context.name, error, after: began.duration(to: .now))
            if error.code == .leftRunning || error.code == .stoppedBeforeStart && context.leavesRunning() {
                throw HandedOver()
            }
            throw Self.failure(error, context)
        }
    }

    package func extendLease(workspace: String, until deadline: BootInstant, logger: Logger) {
        do {
            try LeaseFile.write("\(workspace)/\(LeaseFile.name)", deadline: deadline.sinceBoot)
        } catch {
            logger.error(
                "tools are stopped at the earlier deadline unless this goes away: \(error.message); \(error.next)"
            )
        }
    }

    package func endLeftOvers(under folder: String, logger: Logger) async {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        await withDiscardingTaskGroup { group in
            for name in names {
                group.addTask { await Self.endLeftOver(in: folder + "/" + name, name, logger) }
            }
        }
    }

    private static func endLeftOver(in folder: String, _ name: String, _ logger: Logger) async {
        let metadata: Logger.Metadata = ["BUILDERD_TOOL": "\(name)"]
        do throws(ToolError) {
            switch try await LeftOverTool.end(folder: folder) {
            case .nothingLeft: break
            case .ended: logger.notice("The tool was still at work and has been stopped.", metadata: metadata)
            case .killed:
                logger.warning(
                    "The tool was still at work, did not stop within its grace and was killed.",
                    metadata: metadata
                )
            case .survived(let pids):
                let list = pids.map { String($0) }.joined(separator: ", ")
                logger.error("Processes of the tool do not go away: \(list)", metadata: metadata)
            }
        } catch {
            logger.error(
                "Whether the tool still runs cannot be told: \(error.message); \(error.next)",
                metadata: metadata
            )
        }
    }

    /// Lines that come from a tool are not builderd's own words: `info` for what it prints, `notice` for what it complains of.
    /// Standard output in a form for programs is decoded, after its bytes have passed the redactor and once more before it is shown.
    private static func log(_ form: ToolOutputForm, to context: ToolRunContext) -> ToolRunner.LineHandler {
        let (logger, redactor) = (context.logger, context.redactor)
        let metadata = Dictionary(
            uniqueKeysWithValues: ToolOutputStream.allCases.map { stream -> (ToolOutputStream, Logger.Metadata) in
                (stream, ["BUILDERD_TOOL": "\(context.name)", "BUILDERD_STREAM": "\(stream.rawValue)"])
            }
        )
        return { stream, line in
            guard !line.isEmpty else { return }
            switch (form, stream) {
            case (.packerMachineReadable, .stdout):
                let decoded = PackerLogLine(line)
                for text in decoded.lines {
                    logger.log(level: decoded.level, "\(redactor.redact(text))", metadata: metadata[stream])
                }
            case (.text, _), (_, .stderr):
                logger.log(level: stream == .stderr ? .notice : .info, "\(line)", metadata: metadata[stream])
            }
        }
    }

    private func report(_ end: ToolEnd, _ context: ToolRunContext) {
        let metadata: Logger.Metadata = ["BUILDERD_TOOL": "\(context.name)"]
        if end.wasFenced {
            context.logger.warning(
                "The tool was stopped by its supervisor: no heartbeat was acknowledged before the lease's deadline.",
                metadata: metadata
            )
        }
        if end.wasKilled {
            context.logger.warning("The tool outlived its grace and was killed.", metadata: metadata)
        }
        if end.killedLeftOvers > 0 {
            context.logger.warning(
                "\(end.killedLeftOvers) processes that the tool left behind were ended.",
                metadata: metadata
            )
        }
        if !end.survivors.isEmpty {
            let pids = end.survivors.map { String($0) }.joined(separator: ", ")
            context.logger.error("Processes of the tool do not go away: \(pids)", metadata: metadata)
        }
    }

    /// The redactor behind the task's; lines are redacted as a stream, so a redactor of another kind cannot serve.
    private func redactor(of context: ToolRunContext) throws -> Redactor {
        if let task = context.redactor as? TaskRedactor { return task.redactor }
        throw TaskFailure(
            "Builder.Internal",
            message: "The task's redactor is not the supervisor's, so the tool's output could not be redacted.",
            next: "Report this as a fault of builderd."
        )
    }

    private static func failure(_ error: ToolError, _ context: ToolRunContext) -> TaskFailure {
        if error.code == .folder, WorkFolder.isFull(error.number) {
            return TaskFailure(
                "Builder.Interrupted",
                message: "The work folder is full: \(context.redactor.redact(error.message)).",
                next: WorkFolder.makeRoom,
                step: context.name
            )
        }
        let name =
            switch error.code {
            case .missing: "Builder.ToolMissing"
            case .stoppedBeforeStart: "Builder.Interrupted"
            case .output, .lost: "Builder.ToolLost"
            default: "Builder.Internal"
            }
        return TaskFailure(
            name,
            message: context.redactor.redact(error.message),
            next: error.next,
            step: context.name
        )
    }
}
