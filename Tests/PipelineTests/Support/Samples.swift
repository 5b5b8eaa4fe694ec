import Pipeline

/// Documents that tests start from.
enum Samples {
    /// A manifest that uses every key.
    static let manifest = """
        apiVersion: builderd/v1
        metadata:
          applicationId: shop
          owner: team-shop
          costCenter: cc-1234
          dataClass: internal
          accountId: "012345678901"
        spec:
          image:
            template: amazon-linux
            source: ami-0123456789abcdef0
            chef:
              policy: hardened
              attributes: {shop: {port: 8080, ratio: 0.5, on: true}}
            variables: {instance_type: t3.small, volumes: [8, 16]}
            packages: [nginx, jq]
          infrastructure:
            module: web-service
            variables: {instance_count: 3}
          services:
            - {type: s3, access: read}
          validation:
            profiles: [shop-profile, baseline]
            inputs: {port: 8080}
            waivers:
              - {control: ssh-01, expires: "2030-12-31", justification: accepted by security}
          logging:
            groups: [/shop/dev/web]
            retentionDays: 30
            index: shop
          release:
            strategy: all-at-once
            smokeTests:
              - {name: health, path: /healthz}
              - {name: home, path: "/?a=b", expectStatus: 302, contains: ok, withinSeconds: 5}
          secrets:
            - {name: db_password, parameter: /shop/dev/db, version: 3, stages: [provision]}
            - {name: repo_token, parameter: /shop/dev/repo, stages: [bakery, provision]}
        """.replacing("on: true", with: "live: true")

    /// An environment that goes with it.
    static let environment = """
        apiVersion: builderd/v1
        environment: dev
        accounts:
          "012345678901": {roleArn: "arn:aws:iam::012345678901:role/builderd", externalId: shop-dev}
          "000000000000": {}
        defaults:
          image: {variables: {instance_type: t3.micro, agent: on-host}}
          infrastructure: {variables: {instance_count: 1, zone: a}}
          validation: {profiles: [baseline], inputs: {port: 80, strict: true}}
          logging: {retentionDays: 90}
        """

    /// A release that goes with both.
    static let release = """
        {"applicationId": "shop", "environment": "dev", "version": "1.4.0", "manifest": "s3://artifacts/shop.yaml?versionId=v1",
         "commit": "0123abc", "build": "42", "requestedBy": "ci"}
        """

    /// An envelope of that release.
    static let envelope = """
        {"schema": 1, "action": "run", "stage": "bakery",
         "execution": "arn:aws:states:eu-central-1:012345678901:execution:release:shop-dev-0123",
         "entered": "2026-01-31T12:00:00.123Z", "attempt": 0, "heartbeatSeconds": 300, "timeoutSeconds": 7200,
         "release": \(release), "stages": {}}
        """

    static func node(_ text: String) throws -> DocumentNode {
        try DocumentReader(document: "test").read(Array(text.utf8))
    }

    static func manifest(_ text: String) throws -> ApplicationManifest {
        try ApplicationManifest(document: node(text))
    }

    /// The problems of a manifest; empty when it is taken.
    static func problems(_ text: String) -> [DocumentProblem] {
        do throws(DocumentProblems) {
            let node = try DocumentReader(document: "test").read(Array(text.utf8))
            _ = try ApplicationManifest(document: node)
            return []
        } catch {
            return error.problems
        }
    }

    static func environment(_ text: String = environment, for name: String = "dev") throws -> EnvironmentConfiguration {
        try EnvironmentConfiguration(document: node(text), named: "environment file", for: name)
    }

    /// The rules of one file whose `rules` these are.
    static func rules(_ text: String) throws -> RuleSet {
        try RuleSet(files: [RuleFile(path: "rules.yaml", bytes: Array("apiVersion: builderd/v1\nrules:\n\(text)".utf8))]
        )
    }

    static func release(_ text: String = release) throws -> Release { try Release(json: Array(text.utf8)) }
}
