import AWSClient
import Testing

@testable import DaemonCore

@Suite struct LifecycleHookChecksTests {
    @Test(
        "A hook is judged by whether it holds the host as long as builderd needs",
        arguments: [
            (
                "TERMINATING", 3600, "CONTINUE", Finding.Level.ok,
                "3600 s from heartbeat to heartbeat, at most 172800 s in all"
            ),
            ("LAUNCHING", 3600, "CONTINUE", .failure, "is for autoscaling:EC2_INSTANCE_LAUNCHING"),
            ("TERMINATING", 119, "CONTINUE", .failure, "a single late one"),
            ("TERMINATING", 120, "CONTINUE", .warning, "325 s"),
            ("TERMINATING", 325, "CONTINUE", .ok, "holds"),
            ("TERMINATING", 3600, "ABANDON", .warning, "leaves out the group's other hooks"),
        ]
    )
    func judge(transition: String, timeout: Int, result: String, level: Finding.Level, text: String) {
        let hook = LifecycleHook(
            transition: "autoscaling:EC2_INSTANCE_\(transition)",
            heartbeatTimeoutSeconds: timeout,
            globalTimeoutSeconds: 172_800,
            defaultResult: result
        )
        let finding = LifecycleHookChecks.judge(
            hook,
            "drain of builders",
            heartbeat: .seconds(60),
            stopBudget: .seconds(325)
        )
        #expect(finding.level == level && finding.message.contains(text), "\(finding)")
        #expect((finding.fix == nil) == (level == .ok))
    }
}
