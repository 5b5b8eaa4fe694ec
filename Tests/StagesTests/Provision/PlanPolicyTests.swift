import FoundationEssentials
import Pipeline
@testable import Stages
import Testing

struct PlanPolicyTests {
    private static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/terraform")
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }

    private static func violations(_ json: [UInt8], dynamic: Bool = false) throws -> [PlanViolation] {
        PlanPolicy(hasDynamicIngress: dynamic).violations(in: try TerraformPlan(json: json))
    }

    /// Violations of a plan with one resource.
    private func judge(
        _ type: String,
        after: String,
        unknown: String = "{}",
        expressions: String = "{}",
        dynamic: Bool = false
    ) throws -> [PlanViolation] {
        let plan = """
            {"format_version":"1.2","resource_changes":[{"address":"\(type).x","mode":"managed","type":"\(type)","name":"x","change":
            {"actions":["create"],"before":null,"after":\(after),"after_unknown":\(unknown)}}],
            "configuration":{"root_module":{"resources":[{"address":"\(type).x","mode":"managed","type":"\(type)","name":"x",
            "expressions":\(expressions)}]}}}
            """
        return try Self.violations(Array(plan.utf8), dynamic: dynamic)
    }

    @Test func `every forbidden thing in a real plan is found, and nothing else`() throws {
        let found = try Self.violations(Self.fixture("denied/plan.json"))
        let places = found.map { "\($0.address) \($0.attribute)" }.sorted()
        #expect(
            places == [
                "aws_default_security_group.d ingress[0].from_port",
                "aws_instance.i key_name",
                "aws_key_pair.k resource",
                "aws_launch_configuration.lc resource",
                "aws_launch_template.lt key_name",
                "aws_security_group.all ingress[0].protocol",
                "aws_security_group.inline ingress[0].from_port",
                "aws_security_group_rule.rdp from_port",
                "aws_vpc_security_group_ingress_rule.any ip_protocol",
                "aws_vpc_security_group_ingress_rule.ssh from_port",
                "aws_vpc_security_group_ingress_rule.unknown from_port",
                "module.sub.terraform_data.exec provisioner",
                "terraform_data.exec provisioner",
            ]
        )
        #expect(found.first { $0.address == "aws_security_group.inline" }?.found == "tcp 20 to 25")
        #expect(found.first { $0.address == "aws_instance.i" }?.found == "\"me\"")
    }

    @Test(arguments: ["hello-plan.json", "web-service-plan.json"])
    func `the modules of the catalogue pass`(plan: String) throws {
        #expect(try Self.violations(Self.fixture(plan)).isEmpty)
    }

    @Test(arguments: [
        (22, 22, "tcp", true), (3389, 3389, "tcp", true), (0, 65535, "tcp", true), (20, 25, "TCP", true),
        (22, 22, "6", true),
        (3389, 3389, "udp", true), (3380, 3400, "17", true), (0, 0, "-1", true), (443, 443, "-1", true),
        (80, 80, "all", true),
        (-1, -1, "tcp", true), (25, 20, "tcp", true), (22, 22, "strange", true), (22, 22, "", true),
        (443, 443, "tcp", false), (23, 3388, "tcp", false), (3390, 65535, "tcp", false), (0, 21, "tcp", false),
        (0, 0, "tcp", false),
        (-1, -1, "icmp", false), (22, 22, "icmp", false), (-1, -1, "icmpv6", false), (-1, -1, "58", false),
        (0, 0, "50", false),
    ])
    func `a rule is refused exactly when it lets 22 or 3389 through, in every form of a rule`(
        from: Int,
        to: Int,
        transport: String,
        isRefused: Bool
    ) throws {
        let ports = "\"from_port\":\(from),\"to_port\":\(to)"
        let inline = "{\"ingress\":[{\(ports),\"protocol\":\"\(transport)\"}]}"
        #expect(try judge("aws_security_group", after: inline).isEmpty == !isRefused)
        #expect(try judge("aws_default_security_group", after: inline).isEmpty == !isRefused)
        let rule = "{\"type\":\"ingress\",\(ports),\"protocol\":\"\(transport)\"}"
        #expect(try judge("aws_security_group_rule", after: rule).isEmpty == !isRefused)
        let single = "{\(ports),\"ip_protocol\":\"\(transport)\"}"
        #expect(try judge("aws_vpc_security_group_ingress_rule", after: single).isEmpty == !isRefused)
    }

    @Test func `a rule that lets traffic out is nobody's way in`() throws {
        let rule = #"{"type":"egress","from_port":22,"to_port":22,"protocol":"tcp"}"#
        #expect(try judge("aws_security_group_rule", after: rule).isEmpty)
        #expect(
            try judge(
                "aws_vpc_security_group_egress_rule",
                after: #"{"from_port":22,"to_port":22,"ip_protocol":"tcp"}"#
            ).isEmpty
        )
        #expect(
            try judge(
                "aws_security_group",
                after: #"{"egress":[{"from_port":0,"to_port":0,"protocol":"-1"}],"ingress":[]}"#
            ).isEmpty
        )
    }

    @Test(arguments: ["from_port", "to_port", "protocol", "type"])
    func `a guarded attribute that is known only after the apply is refused`(attribute: String) throws {
        let found = try judge(
            "aws_security_group_rule",
            after: #"{"type":"ingress","from_port":443,"to_port":443,"protocol":"tcp"}"#,
            unknown: "{\"\(attribute)\":true}"
        )
        #expect(found.map(\.attribute) == [attribute])
        #expect(found.first?.found == "known only after the apply")
    }

    @Test func `an attribute of one inline rule that is not known is refused`() throws {
        let after = #"{"ingress":[{"from_port":443,"to_port":443,"protocol":"tcp"},{"to_port":443,"protocol":"tcp"}]}"#
        let found = try judge("aws_security_group", after: after, unknown: #"{"ingress":[{},{"from_port":true}]}"#)
        #expect(found.map(\.attribute) == ["ingress[1].from_port"])
    }

    @Test func `inline rules that are not known are refused where the module sets them, not where it does not`() throws
    {
        let unknown = #"{"ingress":true}"#
        #expect(try judge("aws_security_group", after: "{}", unknown: unknown).isEmpty)
        let set = #"{"ingress":{"references":["terraform_data.x"]}}"#
        #expect(
            try judge("aws_security_group", after: "{}", unknown: unknown, expressions: set).map(\.attribute) == [
                "ingress"
            ]
        )
        // A dynamic block stands in no configuration.
        #expect(
            try judge("aws_security_group", after: "{}", unknown: unknown, dynamic: true).map(\.attribute) == [
                "ingress"
            ]
        )
    }

    @Test(arguments: [
        ("aws_instance", #"{"key_name":"me"}"#, "key_name"), ("aws_launch_template", #"{"key_name":"me"}"#, "key_name"),
        (
            "aws_spot_fleet_request", #"{"launch_specification":[{"key_name":"me"}]}"#,
            "launch_specification[0].key_name"
        ),
        ("aws_eks_node_group", #"{"remote_access":[{"ec2_ssh_key":"me"}]}"#, "remote_access[0].ec2_ssh_key"),
        ("aws_emr_cluster", #"{"ec2_attributes":[{"key_name":"me"}]}"#, "ec2_attributes[0].key_name"),
    ])
    func `a key pair is refused wherever it is set`(type: String, after: String, attribute: String) throws {
        #expect(try judge(type, after: after).map(\.attribute) == [attribute])
    }

    @Test(arguments: [#"{"key_name":null}"#, #"{"key_name":""}"#, "{}"])
    func `no key pair is no violation`(after: String) throws {
        #expect(try judge("aws_instance", after: after).isEmpty)
        #expect(try judge("aws_instance", after: after, unknown: #"{"key_name":true}"#).isEmpty)
    }

    @Test func `a key pair that only the apply knows is refused where the module sets it`() throws {
        let set = #"{"key_name":{"references":["aws_key_pair.k.key_name"]}}"#
        let found = try judge("aws_instance", after: "{}", unknown: #"{"key_name":true}"#, expressions: set)
        #expect(found.map(\.attribute) == ["key_name"])
    }

    @Test(
        arguments: [
            (#"{"launch_configuration":"lc"}"#, "{}", "{}", "\"lc\""),
            (
                "{}", #"{"launch_configuration":true}"#, #"{"launch_configuration":{"references":["var.lc"]}}"#,
                "known only after the apply"
            ),
            (#"{"launch_configuration":null}"#, "{}", "{}", nil), (#"{"launch_configuration":""}"#, "{}", "{}", nil),
            (#"{"launch_template":[{"id":"lt-1"}]}"#, #"{"launch_configuration":true}"#, "{}", nil),
        ] as [(String, String, String, String?)]
    )
    func `a group that starts instances by a launch configuration is refused`(
        after: String,
        unknown: String,
        expressions: String,
        found: String?
    ) throws {
        let violations = try judge("aws_autoscaling_group", after: after, unknown: unknown, expressions: expressions)
        #expect(violations.map(\.found) == [found].compactMap(\.self))
        #expect(violations.allSatisfy { $0.attribute == "launch_configuration" })
    }

    @Test func `what is destroyed is not judged`() throws {
        #expect(try judge("aws_key_pair", after: "null").isEmpty)
        #expect(try judge("aws_security_group", after: "null").isEmpty)
    }

    @Test func `programs that run while planning or applying are refused in every module`() throws {
        let module = #"""
            {"format_version":"1.2","configuration":{"root_module":{"resources":[{"address":"data.external.x","mode":"data","type":"external",
            "name":"x"}],"module_calls":{"a":{"module":{"module_calls":{"b":{"module":{"resources":[{"address":"null_resource.x","mode":
            "managed","type":"null_resource","name":"x","provisioners":[{"type":"remote-exec"},{"type":"local-exec"}]}]}}}}}}}}}
            """#
        let found = try Self.violations(Array(module.utf8))
        #expect(
            found.map(\.address) == [
                "data.external.x", "module.a.module.b.null_resource.x", "module.a.module.b.null_resource.x",
            ]
        )
        #expect(found.map(\.found) == ["external", "remote-exec", "local-exec"])
    }

    @Test(arguments: [
        ("", []), ("module.a", ["a"]), ("module.a[0].module.b", ["a", "b"]),
        (#"module.a["x.y"].module.b["]\"."]"#, ["a", "b"]),
        (#"module.a["module.z"].module.b"#, ["a", "b"]),
    ])
    func `modules are read from an address`(address: String, modules: [String]) {
        #expect(TerraformPlan.modules(in: address) == modules)
    }

    @Test func `a resource's expression is found in its own module`() throws {
        let plan = #"""
            {"format_version":"1.2","resource_changes":[{"address":"module.a[\"k\"].aws_instance.x","module_address":"module.a[\"k\"]",
            "type":"aws_instance","name":"x","change":{"after":{},"after_unknown":{"key_name":true}}}],"configuration":{"root_module":
            {"module_calls":{"a":{"module":{"resources":[{"mode":"managed","type":"aws_instance","name":"x","expressions":{"key_name":
            {"references":["var.k"]}}}]}}}}}}
            """#
        #expect(try Self.violations(Array(plan.utf8)).map(\.address) == ["module.a[\"k\"].aws_instance.x"])
    }

    @Test(arguments: [
        "", "[]", "nonsense", #"{"format_version":"2.0","configuration":{"root_module":{}}}"#,
        #"{"configuration":{"root_module":{}}}"#,
        #"{"format_version":"1.2"}"#,
        #"{"format_version":"1.2","configuration":{"root_module":{}},"resource_changes":[{"type":"x"}]}"#,
    ])
    func `what is no plan of a known format is not judged`(text: String) {
        #expect(throws: TerraformPlan.Unreadable.self) { try TerraformPlan(json: Array(text.utf8)) }
    }

    @Test(arguments: [
        ("dynamic \"ingress\" {", true), ("dynamic ingress {", true), ("dynamic   \t\"ingress\"{", true),
        (#"{"dynamic": {"ingress": {}}}"#, true), ("dynamic \"egress\" {", false), ("ingress { dynamic = 1 }", false),
        ("", false),
    ])
    func `a dynamic ingress block is found in a module's text`(text: String, isThere: Bool) {
        #expect(ModuleSource.hasDynamicIngress(text) == isThere)
    }
}
