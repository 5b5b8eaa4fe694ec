/// Every failure name that builderd reports as `error`. Stable: state machines match on them, so a name is never changed or reused.
package enum FailureName: String, Sendable, Hashable, CaseIterable {
    /// The task's input, or a value in it, is not what the stage can work with.
    case builderInputInvalid = "Builder.InputInvalid"
    /// The stage's output is larger than Step Functions takes.
    case builderOutputTooLarge = "Builder.OutputTooLarge"
    /// The host is being drained and did not start the task; another host will. Retried.
    case builderDraining = "Builder.Draining"
    /// The host stopped in the middle of the task. Retried.
    case builderInterrupted = "Builder.Interrupted"
    /// The lease was lost: no heartbeat was acknowledged in time.
    case builderLeaseLost = "Builder.LeaseLost"
    /// An external tool is not installed, or not executable.
    case builderToolMissing = "Builder.ToolMissing"
    /// An external tool ended without a trace. Retried.
    case builderToolLost = "Builder.ToolLost"
    /// The task took longer than its time limit.
    case builderTimedOut = "Builder.TimedOut"
    /// An operator cancelled the task on its host. Never retried.
    case builderCancelled = "Builder.Cancelled"
    /// A defect of builderd.
    case builderInternal = "Builder.Internal"

    /// Credentials or permissions do not allow a call.
    case awsAccessDenied = "AWS.AccessDenied"
    /// A service asks to slow down, after the client's own retries. Retried.
    case awsThrottled = "AWS.Throttled"
    /// A service cannot be reached or fails, after the client's own retries. Retried.
    case awsUnavailable = "AWS.Unavailable"
    /// Something that a call names does not exist.
    case awsNotFound = "AWS.NotFound"
    /// A service refused a call for another reason.
    case awsRejected = "AWS.Rejected"

    /// The manifest breaks its schema or the environment's conditions.
    case preProvisionManifestInvalid = "PreProvision.ManifestInvalid"
    /// The manifest is not where the release says.
    case preProvisionManifestNotFound = "PreProvision.ManifestNotFound"
    /// The environment's configuration on the host is missing or invalid.
    case preProvisionEnvironmentInvalid = "PreProvision.EnvironmentInvalid"
    /// A rule of the platform denies what the manifest asks.
    case preProvisionRuleDenied = "PreProvision.RuleDenied"
    /// The platform's rules on the host cannot be read.
    case preProvisionRulesInvalid = "PreProvision.RulesInvalid"

    /// The catalogue has no such template, or Packer finds it invalid.
    case bakeryTemplateInvalid = "Bakery.TemplateInvalid"
    /// The manifest sets a variable that the template does not declare.
    case bakeryVariableUndeclared = "Bakery.VariableUndeclared"
    /// Packer failed to build the image.
    case bakeryBuildFailed = "Bakery.BuildFailed"
    /// The image that Packer reported does not exist, or never became available.
    case bakeryImageMissing = "Bakery.ImageMissing"
    /// The image is not encrypted and could not be copied encrypted.
    case bakeryImageNotEncrypted = "Bakery.ImageNotEncrypted"
    /// The image could not be shared with the application's account.
    case bakeryShareFailed = "Bakery.ShareFailed"

    /// The catalogue has no such module, or Terraform finds it invalid.
    case provisionModuleInvalid = "Provision.ModuleInvalid"
    /// The manifest sets a variable that the module does not declare.
    case provisionVariableUndeclared = "Provision.VariableUndeclared"
    /// Terraform could not initialise its backend or providers.
    case provisionInitFailed = "Provision.InitFailed"
    /// Terraform could not plan.
    case provisionPlanFailed = "Provision.PlanFailed"
    /// The plan does what the platform forbids.
    case provisionPlanDenied = "Provision.PlanDenied"
    /// Another holder has the state's lock.
    case provisionStateLocked = "Provision.StateLocked"
    /// The state changed between plan and apply.
    case provisionPlanStale = "Provision.PlanStale"
    /// Terraform failed to apply.
    case provisionApplyFailed = "Provision.ApplyFailed"
    /// The module has no output `endpoint`, or it is no http or https URL.
    case provisionEndpointMissing = "Provision.EndpointMissing"
    /// Terraform failed to destroy.
    case provisionDestroyFailed = "Provision.DestroyFailed"
    /// A roll back cannot go back to the earlier release: its record, its parameters or its module is not there. Nothing was changed.
    case provisionRestoreFailed = "Provision.RestoreFailed"

    /// The catalogue has no such profile, or it could not be loaded.
    case validationProfileInvalid = "Validation.ProfileInvalid"
    /// The auditor failed without a report.
    case validationAuditorFailed = "Validation.AuditorFailed"
    /// Controls failed that no waiver covers.
    case validationControlsFailed = "Validation.ControlsFailed"

    /// A smoke test did not pass in time.
    case postProvisionSmokeTestFailed = "PostProvision.SmokeTestFailed"
    /// The traffic was shifted back.
    case postProvisionShiftRolledBack = "PostProvision.ShiftRolledBack"
}
