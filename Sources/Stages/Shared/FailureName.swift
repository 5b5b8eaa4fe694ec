package import Pipeline

/// The failure names of the pipeline's documents; the worker has a few of its own under the same type name.
package typealias FailureName = Pipeline.FailureName
