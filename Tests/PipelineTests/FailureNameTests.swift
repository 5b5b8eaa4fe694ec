import Pipeline
import Testing

@Suite struct FailureNameTests {
    @Test func `names have the form that state machines match on, within the service's limit`() {
        let families: Set = ["Builder", "AWS", "PreProvision", "Bakery", "Provision", "Validation", "PostProvision"]
        for name in FailureName.allCases {
            let parts = name.rawValue.split(separator: ".", omittingEmptySubsequences: false)
            #expect(parts.count == 2 && families.contains(String(parts[0])) && !parts[1].isEmpty, "\(name)")
            #expect(name.rawValue.utf8.count <= 256)
        }
    }

    @Test(arguments: [
        "Builder.InputInvalid", "Builder.OutputTooLarge", "Builder.Draining", "Builder.Interrupted",
        "Builder.LeaseLost", "Builder.ToolMissing",
        "Builder.ToolLost", "Builder.TimedOut", "Builder.Cancelled", "Builder.Internal", "AWS.AccessDenied",
        "AWS.Throttled",
        "AWS.Unavailable", "AWS.NotFound", "AWS.Rejected", "PreProvision.ManifestInvalid", "PreProvision.RuleDenied",
        "Provision.PlanDenied", "Provision.StateLocked", "Provision.ApplyFailed", "Validation.ControlsFailed",
        "PostProvision.SmokeTestFailed", "PostProvision.ShiftRolledBack",
    ])
    func `the names of the design are there`(name: String) {
        #expect(FailureName(rawValue: name) != nil)
    }
}
