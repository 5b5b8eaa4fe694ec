import ActivityWorker
import Pipeline
import Stages

/// Which handler works a stage, and how long it needs to stop.
enum StageAssembly {
    /// The handler of `stage`.
    static func handler(of stage: Stage, environment: StageEnvironment) -> any StageHandler {
        switch stage {
        case .preProvision: PreProvisionStage(environment: environment)
        case .bakery: BakeryStage(environment: environment)
        case .provision: ProvisionStage(environment: environment)
        case .validation: ValidationStage(environment: environment)
        case .postProvision: PostProvisionStage(environment: environment)
        }
    }

    /// How long before the host's end the tasks of `stages` have to be interrupted: the longest stop budget, and time to report.
    static func longestStop(of stages: [Stage], settings: StageSettings) -> Duration {
        (stages.map { stopBudget(of: $0, settings: settings) }.max() ?? .zero) + .seconds(15)
    }

    /// The stage's stop budget: its tool's grace, and time to end the calls around it and to clean up.
    static func stopBudget(of stage: Stage, settings: StageSettings) -> Duration {
        let cleanUp = Duration.seconds(10)
        return switch stage {
        case .preProvision, .postProvision: cleanUp
        case .bakery: settings.packerGrace + cleanUp
        case .provision: settings.terraformGrace + cleanUp
        case .validation: settings.auditorGrace + cleanUp
        }
    }
}
