/// The run itself cannot go on.
public struct DryRunFailure: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
