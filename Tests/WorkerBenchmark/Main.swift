import Glibc

/// The worker under measurement, for `Tests/bench`: `WorkerBenchmark loop|journalled|fsyncs`.
///
/// `loop` and `journalled` take no-op tasks until a signal ends them, by the contract of `../shared/bench/README.md`; `fsyncs`
/// measures the disk alone for a few seconds and prints its figure.
@main
enum Main {
    static func main() {
        let settings = BenchmarkSettings(environment: ProcessEnvironmentCopy.variables)
        // Whatever happens to who started it, it ends.
        alarm(UInt32(clamping: settings.maximumSeconds))
        switch CommandLine.arguments.dropFirst().first {
        case "loop": work { try await BenchmarkWorker(settings: settings, journalFolder: nil).run() }
        case "journalled":
            work {
                let folder = try PrivateFolder()
                try await BenchmarkWorker(settings: settings, journalFolder: folder.path).run()
            }
        case "fsyncs": work { try FsyncLoop(threads: settings.pollers, seconds: 3).run() }
        default:
            print("usage: WorkerBenchmark loop|journalled|fsyncs")
            exit(64)
        }
    }

    /// Runs `body` on Swift's pool and ends the process with it.
    ///
    /// An async `main` would end the main thread with `pthread_exit` (in `dispatch_main`), whose unwinding reads 0.9 MiB of the
    /// executable's tables into memory.
    private static func work(_ body: @escaping @Sendable () async throws -> Void) {
        let worker = Task.detached {
            do {
                try await body()
                exit(0)
            } catch {
                print("WorkerBenchmark: \(error)")
                exit(1)
            }
        }
        withExtendedLifetime(worker) { while true { pause() } }
    }
}
