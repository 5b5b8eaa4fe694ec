import Pipeline

/// The variables that Bakery itself gives to a template: no manifest can set one, so Pre Provision asks for their names too.
enum PackerVariables {
    /// What every template is given.
    static func own(
        _ section: BakerySection,
        imageName: String,
        kmsKey: String,
        region: String,
        execution: String,
        task: String
    ) -> [String: JSONValue] {
        var own: [String: JSONValue] = [
            "application_id": .string(section.head.applicationId),
            "environment": .string(section.head.environment),
            "release_version": .string(section.head.version),
            "image_name": .string(imageName),
            "kms_key_id": .string(kmsKey),
            "region": .string(region),
            "packages": .array(section.packages.map { .string($0) }),
            "tags": .object(section.head.tags.mapValues { .string($0) }),
            "execution_id": .string(execution),
            "task_id": .string(task),
        ]
        own["source_image"] = section.source.map { .string($0) }
        return own
    }

    /// What a template is given with a Chef policy: absolute paths of the policy and of the file with its attributes.
    static func chef(policy: String, attributes: String) -> [String: JSONValue] {
        ["chef_policy": .string(policy), "chef_attributes": .string(attributes)]
    }

    /// The names of all that a build of `section` is given.
    static func names(for section: BakerySection) -> Set<String> {
        let own = own(section, imageName: "", kmsKey: "", region: "", execution: "", task: "").keys
        return section.chef == nil ? Set(own) : Set(own).union(chef(policy: "", attributes: "").keys)
    }

    /// Something that a section asks and only a template with a certain variable can do.
    struct Demand: Sendable, Hashable {
        /// The variable that the template must declare.
        var variable: String
        /// What is asked, for messages.
        var noun: String
        /// Where the manifest asks it.
        var path: String
    }

    /// What `section` asks of its template.
    static func demands(of section: BakerySection) -> [Demand] {
        var demands: [Demand] = []
        if !section.packages.isEmpty {
            demands.append(Demand(variable: "packages", noun: "packages", path: "spec.image.packages"))
        }
        if section.chef != nil {
            demands.append(Demand(variable: "chef_policy", noun: "a Chef policy", path: "spec.image.chef"))
        }
        if section.source != nil {
            demands.append(Demand(variable: "source_image", noun: "a source image", path: "spec.image.source"))
        }
        return demands
    }
}
