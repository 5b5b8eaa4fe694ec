import AWSClient
import FoundationEssentials

/// Word that this host's instance is about to go away, from outside systemd.
enum InstanceNotice: Sendable, Hashable {
    /// EC2 takes the spot instance back.
    case spot(SpotInterruption)
    /// Auto Scaling brings the instance to a state in which it does not run.
    case autoScaling(TargetLifecycleState)

    /// Every kind.
    static let kinds = ["spot", "autoscaling"]

    /// Its kind in metrics, one of `kinds`.
    var kind: String {
        switch self {
        case .spot: "spot"
        case .autoScaling: "autoscaling"
        }
    }

    /// About when the instance goes; `nil` where nobody says: the group's lifecycle hook decides, if it has one.
    var time: Date? {
        switch self {
        case .spot(let interruption): interruption.time
        case .autoScaling: nil
        }
    }
}

extension InstanceNotice: CustomStringConvertible {
    /// One clause for a log line.
    var description: String {
        switch self {
        case .spot(let interruption):
            "EC2 will \(interruption.action.rawValue) this spot instance at \(interruption.time.ISO8601Format())"
        case .autoScaling(let state): "Auto Scaling brings this instance to \(state.rawValue)"
        }
    }
}
