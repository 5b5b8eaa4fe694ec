import Glibc

/// The worker under measurement, for `Tests/bench`: `WorkerBenchmark loop|journalled|fsyncs`.
///
/// `loop` and `journalled` take no-op tasks until a signal ends them, by the contract of `../shared/bench/README.md`; `fsyncs`
/// measures the disk alone for a few seconds and prints its figure.
@main
enum Main {
    static func main() async {
        let settings = BenchmarkSettings(environment: ProcessEnvironmentCopy.variables)
        // Whatever happens to who started it, it ends.
        alarm(UInt32(clamping: settings.maximumSeconds))
        do {
            switch CommandLine.arguments.dropFirst().first {
            case "loop": try await BenchmarkWorker(settings: settings, journalFolder: nil).run()
            case "journalled":
                let folder = try PrivateFolder()
                try await BenchmarkWorker(settings: settings, journalFolder: folder.path).run()
            case "fsyncs": try FsyncLoop(threads: settings.pollers, seconds: 3).run()
            default:
                print("usage: WorkerBenchmark loop|journalled|fsyncs")
                exit(64)
            }
        } catch {
            print("WorkerBenchmark: \(error)")
            exit(1)
        }
    }
}
