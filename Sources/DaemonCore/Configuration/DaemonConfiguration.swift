package import AWSClient
package import Logging
package import Pipeline
package import Stages

/// The daemon's whole configuration, checked: every path absolute, every number in its range, every ARN well-formed.
package struct DaemonConfiguration: Sendable {
    /// Region to sign for: `aws.region`, else the activities' own.
    package var region: String
    /// Shared-file profile for the daemon's own credentials; `nil` is the default chain.
    package var profile: String?
    /// Endpoint URLs and variants; what is unset here is left to the environment and the profile.
    package var endpoints: EndpointSettings
    /// The enabled stages; never empty.
    package var activities: [Stage: Activity]
    /// ARN of the release pipeline's state machine, for checks; `nil` leaves them out.
    package var releaseStateMachine: String?
    /// ARN of the state machine that `builderctl ping` starts; `nil` where there is none.
    package var pingStateMachine: String?
    /// `workerName` of every poll: 1 to 80 characters; `nil` is the host's name.
    package var workerName: String?
    /// The hook at which Auto Scaling holds this host's end; `nil` where it does not.
    package var terminationHook: TerminationHook?
    /// State folder: tasks, history, lock.
    package var stateDirectory: String
    /// Workspaces' folder.
    package var workDirectory: String
    /// What the stages read.
    package var stages: StageSettings
    /// Whether tools are confined by Landlock, where the kernel has it.
    package var confinesTools: Bool
    /// Health socket's path.
    package var healthSocket: String
    /// Group that may connect to it; `nil` is the daemon's own.
    package var healthGroup: String?
    /// Control socket's path.
    package var controlSocket: String
    /// Group that may connect to it; `nil` is the daemon's own.
    package var controlGroup: String?
    /// Least level that is logged.
    package var logLevel: Logger.Level
    /// Where lines go.
    package var logFormat: LogFormat
    /// The keys' values as texts, by name, which tell what a reload would change; keys without a value are left out.
    package var texts: [String: String]

    /// One enabled stage.
    package struct Activity: Sendable, Hashable {
        /// The activity's ARN.
        package var arn: String
        /// Tasks at a time, 1 to 64.
        package var slots: Int
    }

    /// A lifecycle hook of the Auto Scaling group that this host is in.
    package struct TerminationHook: Sendable, Hashable {
        /// The group's name.
        package var group: String
        /// The hook's name.
        package var name: String
        /// How often Auto Scaling is told that the host still drains.
        package var heartbeat: Duration
    }

    /// Where log lines go.
    package enum LogFormat: String, Sendable, Hashable {
        /// The journal under systemd, else the console.
        case auto
        /// systemd's journal, with fields.
        case journal
        /// Readable lines on standard error.
        case console
    }
}
