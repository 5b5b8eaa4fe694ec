/// Whom a rule is about: every release that has all the values given here. Of a release all four are known.
package struct RuleSubject: Sendable, Hashable, Codable {
    /// `metadata.applicationId`, which is the release's own too.
    package var application: String?
    /// `metadata.owner`, as the manifest says it.
    package var team: String?
    /// The release's environment.
    package var environment: String?
    /// `metadata.dataClass`, as the manifest says it.
    package var dataClass: String?

    /// A subject of these parts.
    package init(
        application: String? = nil,
        team: String? = nil,
        environment: String? = nil,
        dataClass: String? = nil
    ) {
        self.application = application
        self.team = team
        self.environment = environment
        self.dataClass = dataClass
    }

    /// The subject that a release of `manifest` to `environment` is.
    package init(of manifest: ApplicationManifest, environment: String) {
        self.init(
            application: manifest.metadata.applicationId,
            team: manifest.metadata.owner,
            environment: environment,
            dataClass: manifest.metadata.dataClass
        )
    }

    private var parts: [String?] { [application, team, environment, dataClass] }

    /// How many values it names: of two defaults for one path, the one that names more is taken.
    package var specificity: Int { parts.count { $0 != nil } }

    /// Whether a rule with this subject is about `release`.
    package func covers(_ release: RuleSubject) -> Bool {
        zip(parts, release.parts).allSatisfy { asked, actual in asked == nil || asked == actual }
    }
}
