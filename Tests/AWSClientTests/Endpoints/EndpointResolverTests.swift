import Testing

@testable import AWSClient

@Suite struct EndpointResolverTests {
    /// Each layer of configuration with its own URL, most significant first.
    private static let config = """
        [default]
        services = mine
        endpoint_url = http://127.0.0.1:5
        [services mine]
        sfn =
          endpoint_url = http://127.0.0.1:4
        cloudwatch_logs =
          endpoint_url = http://127.0.0.1:14
        """

    @Test(
        "An endpoint comes from the first of settings, service variable, variable, services section, profile, rules",
        arguments: 0...5
    )
    func precedence(removed: Int) throws {
        var settings = EndpointSettings(urls: [.sfn: "http://127.0.0.1:1/"])
        var variables = ["AWS_ENDPOINT_URL_SFN": "http://127.0.0.1:2", "AWS_ENDPOINT_URL": "http://127.0.0.1:3"]
        var file = Self.config
        if removed >= 1 { settings.urls = [:] }
        if removed >= 2 { variables["AWS_ENDPOINT_URL_SFN"] = " " }
        if removed >= 3 { variables["AWS_ENDPOINT_URL"] = nil }
        if removed >= 4 { file = "[default]\nendpoint_url = http://127.0.0.1:5\n" }
        if removed >= 5 { file = "[default]\nregion = eu-west-1\n" }
        let resolver = try EndpointResolver(
            settings: settings,
            environment: .fake(variables, files: ["/home/b/.aws/config": file])
        )
        let endpoint = try resolver.resolve(service: .sfn, region: "eu-west-1")
        #expect(
            endpoint.url
                == (removed == 5 ? "https://states.eu-west-1.amazonaws.com" : "http://127.0.0.1:\(removed + 1)")
        )
        #expect(endpoint.isCustom == (removed < 5))
        #expect(endpoint.signingRegion == "eu-west-1")
        #expect(endpoint.signingService == "states")
    }

    @Test("A services section names services by their id, and another service falls back to the profile's endpoint")
    func servicesSection() throws {
        let resolver = try EndpointResolver(environment: .fake([:], files: ["/home/b/.aws/config": Self.config]))
        #expect(try resolver.resolve(service: .cloudwatchLogs, region: "eu-west-1").url == "http://127.0.0.1:14")
        #expect(try resolver.resolve(service: .kms, region: "eu-west-1").url == "http://127.0.0.1:5")
    }

    @Test(
        "Every service has its own variable",
        arguments: [
            (AWSService.sfn, "SFN"), (.ssm, "SSM"), (.s3, "S3"), (.kms, "KMS"), (.ec2, "EC2"), (.dynamodb, "DYNAMODB"),
            (.cloudwatchLogs, "CLOUDWATCH_LOGS"), (.elasticLoadBalancingV2, "ELASTIC_LOAD_BALANCING_V2"),
            (.autoScaling, "AUTO_SCALING"), (.sts, "STS"), (.cloudWatch, "CLOUDWATCH"),
        ]
    )
    func variables(service: AWSService, suffix: String) throws {
        let resolver = try EndpointResolver(environment: .fake(["AWS_ENDPOINT_URL_" + suffix: "https://x.example"]))
        #expect(resolver.custom.keys.map(\.self) == [service])
    }

    @Test(
        "Configured endpoints can be ignored, by variable and by profile, but not the daemon's own setting",
        arguments: [
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"], ""), ([:], "ignore_configured_endpoint_urls = true\n"),
        ]
    )
    func ignored(variables: [String: String], line: String) throws {
        let environment = AWSEnvironment.fake(
            variables.merging(["AWS_ENDPOINT_URL": "https://x.example"]) { $1 },
            files: ["/home/b/.aws/config": "[default]\n" + line + "endpoint_url = https://y.example\n"]
        )
        let resolver = try EndpointResolver(
            settings: EndpointSettings(urls: [.kms: "https://k.example"]),
            environment: environment
        )
        #expect(try resolver.resolve(service: .s3, region: "eu-west-1").isCustom == false)
        #expect(try resolver.resolve(service: .kms, region: "eu-west-1").url == "https://k.example")
    }

    @Test(
        "Variants come from settings, then the variables, then the profile",
        arguments: [
            (EndpointSettings(), [:], "", "kms.eu-west-1.amazonaws.com"),
            (EndpointSettings(), [:], "use_fips_endpoint = true", "kms-fips.eu-west-1.amazonaws.com"),
            (EndpointSettings(), [:], "use_dualstack_endpoint = true", "kms.eu-west-1.api.aws"),
            (
                EndpointSettings(), ["AWS_USE_FIPS_ENDPOINT": "false"], "use_fips_endpoint = true",
                "kms.eu-west-1.amazonaws.com"
            ),
            (
                EndpointSettings(), ["AWS_USE_DUALSTACK_ENDPOINT": "true"], "use_fips_endpoint = true",
                "kms-fips.eu-west-1.api.aws"
            ),
            (EndpointSettings(fips: false), ["AWS_USE_FIPS_ENDPOINT": "true"], "", "kms.eu-west-1.amazonaws.com"),
            (EndpointSettings(dualStack: true), [:], "", "kms.eu-west-1.api.aws"),
        ] as [(EndpointSettings, [String: String], String, String)]
    )
    func variants(settings: EndpointSettings, variables: [String: String], line: String, host: String) throws {
        let environment = AWSEnvironment.fake(variables, files: ["/home/b/.aws/config": "[default]\n\(line)\n"])
        let resolver = try EndpointResolver(settings: settings, environment: environment)
        #expect(try resolver.resolve(service: .kms, region: "eu-west-1").url == "https://" + host)
    }

    @Test(
        "Unsafe and malformed endpoints are refused at the start, naming where they stand",
        arguments: [
            "http://example.com", "http://10.0.0.1:4566", "http://127.0.0.1.example.com",
            "http://localhost.localstack.cloud:4566",
            "http://0x7f.1", "http://127.1", "http://169.254.169.253", "ftp://127.0.0.1", "127.0.0.1:4566", "https://",
            "https:///x",
            "https://user:pw@x.example", "https://x.example/?a=b", "https://x.example/#f", "https://x.example:0",
            "https://x.example:99999",
            "https://x y.example", "https://x.example\\@127.0.0.1", "http://[::2]", "http://[::1", "https://-x.example",
            "https://x..example",
        ]
    )
    func refused(url: String) throws {
        let error = try #require(throws: AWSError.self) {
            try EndpointResolver(environment: .fake(["AWS_ENDPOINT_URL_S3": url]))
        }
        #expect(error.code == .endpointUnresolved)
        #expect(error.message.contains("AWS_ENDPOINT_URL_S3"))
        #expect(!error.message.contains("pw"))
        #expect(throws: AWSError.self) {
            try EndpointResolver(everyService: url).resolve(service: .s3, region: "eu-west-1")
        }
    }

    @Test(
        "Plain http goes to loopback and metadata addresses, https anywhere",
        arguments: [
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566"), ("http://127.9.8.7/a/", "http://127.9.8.7/a"),
            ("http://LocalHost:1//", "http://LocalHost:1"), ("http://[::1]:4566", "http://[::1]:4566"),
            ("http://169.254.170.2", "http://169.254.170.2"), ("http://[fd00:ec2::254]", "http://[fd00:ec2::254]"),
            (
                "https://vpce-1.states.eu-west-1.vpce.amazonaws.com/",
                "https://vpce-1.states.eu-west-1.vpce.amazonaws.com"
            ),
        ]
    )
    func allowed(url: String, sent: String) throws {
        #expect(try EndpointResolver(everyService: url).resolve(service: .s3, region: "eu-west-1").url == sent)
    }

    @Test(
        "A region that could not be part of a host name is refused",
        arguments: [
            "", "eu-west-1.evil.example", "eu-west-1/", "EU-WEST-1", "-eu", "eu-", "eu west", "eu_west",
            "fips-us-east-1", "us-east-1-fips",
            String(repeating: "a", count: 64), "é", "eu-west-1\n", "eu-west-1@x",
        ]
    )
    func regions(region: String) throws {
        let error = try #require(throws: AWSError.self) {
            try EndpointResolver().resolve(service: .sfn, region: region)
        }
        #expect(error.code == .endpointUnresolved)
        #expect(!error.message.contains("\n"))
    }

    @Test(
        "A switch that is neither true nor false, and a services section that is not there, are errors with their place"
    )
    func badSettings() throws {
        let flag = try #require(throws: AWSError.self) {
            try EndpointResolver(environment: .fake(["AWS_USE_FIPS_ENDPOINT": "yes"]))
        }
        #expect(flag.message.contains("AWS_USE_FIPS_ENDPOINT"))
        let services = try #require(throws: AWSError.self) {
            try EndpointResolver(
                environment: .fake([:], files: ["/home/b/.aws/config": "[default]\n\nservices = gone\n"])
            )
        }
        #expect(services.message.contains("/home/b/.aws/config:3"))
    }
}
