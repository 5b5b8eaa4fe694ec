import AWSClient
import ActivityWorker
import Pipeline
import Stages
import Synchronization
import SystemdSupport

/// What of the configuration can change under a running daemon, and those who work by it.
final class LiveConfiguration: Sendable {
    private let workers: [(stage: Stage, worker: StageWorker)]
    private let aws: AWSConfiguration
    private let logLevel: LogLevelSetting
    private let observer: MetricsObserver
    private let longest: Mutex<Duration>

    /// - Parameter configuration: what the workers were made from.
    init(
        _ configuration: DaemonConfiguration,
        workers: [(stage: Stage, worker: StageWorker)],
        aws: AWSConfiguration,
        logLevel: LogLevelSetting,
        observer: MetricsObserver
    ) {
        self.workers = workers
        self.aws = aws
        self.logLevel = logLevel
        self.observer = observer
        longest = Mutex(Self.longestStop(configuration))
    }

    /// How long before the host's end tasks have to be interrupted. It never shrinks: running tasks keep the graces they began with.
    var longestStop: Duration { longest.withLock { $0 } }

    /// Has everything that begins from now on go by `configuration`.
    @Sendable func apply(_ configuration: DaemonConfiguration) {
        logLevel.level = configuration.logLevel
        longest.withLock { $0 = max($0, Self.longestStop(configuration)) }
        let environment = StageEnvironment(aws: aws, settings: configuration.stages)
        for (stage, worker) in workers {
            let slots = configuration.activities[stage]?.slots ?? 1
            let terms = StageTerms(
                handler: StageAssembly.handler(of: stage, environment: environment),
                stopBudget: StageAssembly.stopBudget(of: stage, settings: configuration.stages)
            )
            observer.resize(stage: stage.rawValue, slots: slots)
            worker.adopt(terms, slots: slots)
        }
    }

    private static func longestStop(_ configuration: DaemonConfiguration) -> Duration {
        StageAssembly.longestStop(of: Array(configuration.activities.keys), settings: configuration.stages)
    }
}
