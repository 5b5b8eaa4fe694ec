/// The trigger document: which version of which application is to go where.
package struct Release: Sendable, Hashable {
    /// The application, `^[a-z][a-z0-9-]{1,30}$`.
    package let applicationId: String
    /// The environment, for example `dev`.
    package let environment: String
    /// The version of the application.
    package let version: String
    /// Where its manifest is.
    package let manifest: ManifestSource
    /// Commit it was built from.
    package let commit: String?
    /// Build that produced it; makes a second release of one version another execution.
    package let build: String?
    /// Person or pipeline that asked for it.
    package let requestedBy: String?
    /// The document as it was given; the execution's name derives from all of it.
    package let document: JSONValue

    /// What the document may hold. `manifest` is text, `{uri, versionId}` or a manifest.
    static let schema = ClosedSchema.object([
        .required("applicationId", .text(.applicationId)),
        .required("environment", .text(.environment)),
        .required("version", .text(.version)),
        .required("manifest", .anything),
        .optional("commit", .text(.line(1...128))),
        .optional("build", .text(.line(1...256))),
        .optional("requestedBy", .text(.line(1...256))),
    ])

    private static let referenceSchema = ClosedSchema.object([
        .required("uri", .text(.objectURI)),
        .optional("versionId", .text(.versionId)),
    ])

    /// The release in a JSON text.
    ///
    /// - Throws: `DocumentProblems` with every problem at once.
    package init(json: [UInt8]) throws(DocumentProblems) {
        let node = try DocumentReader(document: "release", form: .json).read(json)
        try self.init(document: node)
    }

    /// The release that stands in `node`.
    ///
    /// - Throws: `DocumentProblems` with every problem at once.
    package init(document node: DocumentNode) throws(DocumentProblems) {
        var collector = ProblemCollector()
        let release = Self.read(node, path: "", into: &collector)
        try collector.throwIfAny(document: "release")
        guard let release else {
            throw DocumentProblems(document: "release", Self.defect)
        }
        self = release
    }

    /// Reads the release that stands at `path`; `nil` only when a problem was added.
    static func read(_ node: DocumentNode, path: String, into collector: inout ProblemCollector) -> Release? {
        let value = schema.check(node, path: path, into: &collector)
        let manifest = node["manifest"].flatMap {
            source(of: $0, path: DocumentPath.join(path, "manifest"), into: &collector)
        }
        guard collector.isEmpty, let manifest, let applicationId = value["applicationId"]?.text,
            let environment = value["environment"]?.text, let version = value["version"]?.text
        else {
            if collector.isEmpty { collector.add(defect) }
            return nil
        }
        return Release(
            applicationId: applicationId,
            environment: environment,
            version: version,
            manifest: manifest,
            commit: value["commit"]?.text,
            build: value["build"]?.text,
            requestedBy: value["requestedBy"]?.text,
            document: node.json
        )
    }

    private static func source(
        of node: DocumentNode,
        path: String,
        into collector: inout ProblemCollector
    ) -> ManifestSource? {
        guard case .mapping = node.content else {
            let uri = ClosedSchema.text(.objectURI).check(node, path: path, into: &collector).text
            return uri.flatMap(S3ObjectLocation.init).map { .object($0) }
        }
        guard node["uri"] != nil || node["versionId"] != nil else { return .inline(node.json) }
        let value = referenceSchema.check(node, path: path, into: &collector)
        guard var location = value["uri"]?.text.flatMap(S3ObjectLocation.init) else { return nil }
        if let versionId = value["versionId"]?.text {
            if let other = location.versionId, other != versionId {
                collector.add(
                    DocumentProblem(
                        path: "\(path).versionId",
                        line: node["versionId"]?.line,
                        found: "\(Excerpt.quoted(versionId)), and another version id in the uri",
                        allowed: "one version id",
                        fix: "remove one of the two"
                    )
                )
            }
            location.versionId = versionId
        }
        return .object(location)
    }

    private static let defect = DocumentProblem(
        path: DocumentProblem.wholeDocument,
        found: "a release that the schema allows and cannot be read",
        allowed: "a release",
        fix: "report this as a defect of builderd"
    )

    private init(
        applicationId: String,
        environment: String,
        version: String,
        manifest: ManifestSource,
        commit: String?,
        build: String?,
        requestedBy: String?,
        document: JSONValue
    ) {
        self.applicationId = applicationId
        self.environment = environment
        self.version = version
        self.manifest = manifest
        self.commit = commit
        self.build = build
        self.requestedBy = requestedBy
        self.document = document
    }
}
