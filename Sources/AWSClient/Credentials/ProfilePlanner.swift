/// Reads a profile's way to credentials out of the shared files
/// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html).
struct ProfilePlanner {
    /// The files.
    let shared: SharedConfiguration

    /// The plan of the profile in use; `nil` when it has no setting about credentials.
    ///
    /// - Throws: `SharedConfigProblem` naming file, line and what to do.
    func plan(_ profile: SharedProfile) throws(SharedConfigProblem) -> ProfilePlan? {
        try plan(profile, visited: [])
    }

    /// A source profile's own keys go before its role, so that a profile may name itself; the first profile's role goes first.
    private func plan(_ profile: SharedProfile, visited: [String]) throws(SharedConfigProblem) -> ProfilePlan? {
        let hasRole = profile["role_arn"] != nil && profile["web_identity_token_file"] == nil
        let hasKeys = profile["aws_access_key_id"] != nil || profile["aws_secret_access_key"] != nil
        if hasRole, visited.isEmpty || !hasKeys { return try role(profile, visited: visited) }
        if let webIdentity = try webIdentity(profile) { return .webIdentity(webIdentity) }
        let keysPlace = profile.properties["aws_access_key_id"] ?? profile.properties["aws_secret_access_key"]
        if hasKeys, keysPlace?.isInCredentialsFile == true { return .fixed(try keys(profile)) }
        if let text = profile["credential_process"] {
            let place = profile.place(of: "credential_process")
            return .process(
                CredentialCommand(text: text, profile: profile.name, place: place, accountID: profile["aws_account_id"])
            )
        }
        if hasKeys { return .fixed(try keys(profile)) }
        if let sso = ["sso_session", "sso_start_url"].first(where: { profile[$0] != nil }) {
            throw SharedConfigProblem(
                "\(profile.place(of: sso)): profile \(profile.name) needs a person to sign in (\(sso)), which a daemon cannot: "
                    + "give it a role_arn with credential_source = Ec2InstanceMetadata, or a credential_process"
            )
        }
        return nil
    }

    private func role(_ profile: SharedProfile, visited: [String]) throws(SharedConfigProblem) -> ProfilePlan {
        let place = profile.place(of: "role_arn")
        if profile["mfa_serial"] != nil {
            throw SharedConfigProblem(
                "\(profile.place(of: "mfa_serial")): profile \(profile.name) asks for an MFA code (mfa_serial), which a daemon cannot "
                    + "type in: give the builder a role whose trust policy does not ask for MFA"
            )
        }
        let role = try settings(profile)
        switch (profile["source_profile"], profile["credential_source"]) {
        case (_?, _?):
            throw SharedConfigProblem(
                "\(place): profile \(profile.name) has both source_profile and credential_source: remove one of them"
            )
        case (nil, nil):
            throw SharedConfigProblem(
                "\(place): profile \(profile.name) has role_arn, but neither source_profile nor credential_source: add one of them"
            )
        case (nil, let text?):
            guard let source = NamedCredentialSource(rawValue: text) else {
                let known = NamedCredentialSource.allCases.map(\.rawValue).joined(separator: ", ")
                throw SharedConfigProblem(
                    "\(profile.place(of: "credential_source")): credential_source is none of \(known): write one of them"
                )
            }
            return .role(role, with: .named(source))
        case (let name?, nil):
            return .role(role, with: try source(name, of: profile, visited: visited + [profile.name]))
        }
    }

    private func source(
        _ name: String,
        of profile: SharedProfile,
        visited: [String]
    ) throws(SharedConfigProblem) -> ProfilePlan {
        let place = profile.place(of: "source_profile")
        guard let source = shared.profiles[name] else {
            throw shared.missing(name, askedBy: "source_profile, \(place)")
        }
        let hasKeys = source["aws_access_key_id"] != nil || source["aws_secret_access_key"] != nil
        if visited.contains(name), !(name == profile.name && hasKeys) {
            let loop = (visited + [name]).joined(separator: " → ")
            throw SharedConfigProblem(
                "\(place): the source profiles go in a circle: \(loop). Let one of them have keys of its own"
            )
        }
        guard let plan = try plan(source, visited: visited) else {
            throw SharedConfigProblem(
                "\(place): source profile \(name) has no credentials: give it keys, a role_arn or a credential_process"
            )
        }
        return plan
    }

    private func settings(_ profile: SharedProfile) throws(SharedConfigProblem) -> AssumedRole {
        var seconds: Int?
        if let text = profile["duration_seconds"] {
            guard let number = Int(text), AssumedRole.durationRange.contains(number) else {
                let range = AssumedRole.durationRange
                throw SharedConfigProblem(
                    "\(profile.place(of: "duration_seconds")): duration_seconds is not a whole number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            seconds = number
        }
        return AssumedRole(
            arn: profile["role_arn"] ?? "",
            sessionName: profile["role_session_name"] ?? AssumedRole.defaultSessionName,
            externalID: profile["external_id"],
            durationSeconds: seconds
        )
    }

    private func webIdentity(_ profile: SharedProfile) throws(SharedConfigProblem) -> WebIdentityRole? {
        guard let file = profile["web_identity_token_file"] else { return nil }
        let place = profile.place(of: "web_identity_token_file")
        guard let arn = profile["role_arn"] else {
            throw SharedConfigProblem(
                "\(place): profile \(profile.name) has web_identity_token_file without role_arn: add role_arn"
            )
        }
        return WebIdentityRole(
            arn: arn,
            tokenFile: file,
            tokenFileOrigin: "web_identity_token_file, \(place)",
            sessionName: profile["role_session_name"] ?? AssumedRole.defaultSessionName,
            source: "profile \(profile.name)"
        )
    }

    /// The keys, all from one file: a session token of the other file belongs to other keys.
    private func keys(_ profile: SharedProfile) throws(SharedConfigProblem) -> Credentials {
        let first = profile.properties["aws_access_key_id"] ?? profile.properties["aws_secret_access_key"]
        func value(_ name: String) -> String? {
            guard let property = profile.properties[name], property.isInCredentialsFile == first?.isInCredentialsFile
            else { return nil }
            return property.value.isEmpty ? nil : property.value
        }
        guard let key = value("aws_access_key_id"), let secret = value("aws_secret_access_key") else {
            throw SharedConfigProblem(
                "\(first?.place ?? profile.name): profile \(profile.name) has one of aws_access_key_id and aws_secret_access_key, but not "
                    + "the other: write both into one file"
            )
        }
        return Credentials(
            accessKeyID: key,
            secretAccessKey: secret,
            sessionToken: value("aws_session_token") ?? value("aws_security_token"),
            accountID: profile["aws_account_id"],
            source: "profile \(profile.name)"
        )
    }
}
