/// A change of the configuration in force: a merge patch, RFC 7396, over its JSON. A list is
/// replaced, not merged. The result is validated like a complete configuration.
public struct ConfigurationPatch: Sendable, Hashable, Codable {
  /// The revision that this builds on. At any other the patch is refused, and the cloud must send
  /// the complete configuration.
  public var baseRevision: UInt64
  /// The revision after it.
  public var revision: UInt64
  public var patch: JSONValue

  public init(baseRevision: UInt64, revision: UInt64, patch: JSONValue) {
    self.baseRevision = baseRevision
    self.revision = revision
    self.patch = patch
  }

  /// The complete configuration after the patch. Throws what cannot be applied, by path;
  /// ``ConfigurationDocument/validated(controller:zones:)`` then checks the values.
  public func applied(
    to present: ConfigurationDocument?
  ) throws(ValidationFailure) -> ConfigurationDocument {
    guard let present, present.revision == baseRevision else {
      throw ValidationFailure(
        path: "baseRevision",
        message: "\(baseRevision) is not in force, but \(present?.revision ?? 0); send it whole")
    }
    guard revision > baseRevision else {
      throw ValidationFailure(
        path: "revision", message: "\(revision) is not above the base \(baseRevision)")
    }
    guard case .object = patch else {
      throw ValidationFailure(path: "patch", message: "is not an object")
    }
    let json: [UInt8]
    do {
      let whole = try JSONCoding.decode(JSONValue.self, from: JSONCoding.encode(present))
      json = try JSONCoding.encode(whole.merging(patch))
    } catch let failure as ValidationFailure {
      throw failure
    } catch {
      throw ValidationFailure(path: "patch", message: "cannot be merged: \(error)")
    }
    var merged = try ConfigurationDocument.parse(json)
    merged.revision = revision
    return merged
  }
}

/// A message on the topic of configurations: one with a `patch` changes the configuration in force,
/// any other replaces it.
public indirect enum ConfigurationMessage: Sendable, Hashable, Codable {
  case whole(ConfigurationDocument)
  case patch(ConfigurationPatch)
  /// Only checked and answered; nothing comes into force.
  case dryRun(ConfigurationMessage)

  public var revision: UInt64 {
    switch self {
    case .whole(let document): document.revision
    case .patch(let patch): patch.revision
    case .dryRun(let message): message.revision
    }
  }

  /// What it would bring, and whether it is only to be checked.
  public var unwrapped: (message: ConfigurationMessage, isDryRun: Bool) {
    if case .dryRun(let message) = self { (message.unwrapped.message, true) } else { (self, false) }
  }

  private enum CodingKeys: CodingKey { case patch, dryRun }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let message: ConfigurationMessage =
      container.contains(.patch)
      ? .patch(try ConfigurationPatch(from: decoder))
      : .whole(try ConfigurationDocument(from: decoder))
    let isDryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
    self = isDryRun ? .dryRun(message) : message
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .whole(let document): try document.encode(to: encoder)
    case .patch(let patch): try patch.encode(to: encoder)
    case .dryRun(let message):
      try message.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(true, forKey: .dryRun)
    }
  }
}
