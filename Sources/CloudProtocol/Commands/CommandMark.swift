/// What a command id stands for, as far as that could be read.
public struct CommandMark: Sendable, Hashable {
  public var kind: Command.Kind?
  public var door: String?
  /// Nil for a command that could not be read at all.
  public var content: ContentHash?
  /// Members that say nothing to this command, by path.
  public var warnings: [Problem] = []

  public init(kind: Command.Kind? = nil, door: String? = nil, content: ContentHash? = nil) {
    self.kind = kind
    self.door = door
    self.content = content
  }

  /// `unknown` are members that no command has.
  public init(_ command: Command, unknown: [Problem] = []) {
    self.init(kind: command.kind, door: command.door, content: command.contentHash)
    let known = command.kind.required + command.kind.optional
    warnings =
      unknown
      + Command.Member.allCases.filter { command.has($0) && !known.contains($0) }.map {
        Problem(path: $0.rawValue, message: "means nothing to \(command.kind.rawValue)")
      }
  }

  /// Why the command must not act: a member that says nothing to it may be what would have kept it to
  /// one door, one person or a span. Nil where no member can have meant that.
  public func widening(of command: Command) -> String? {
    guard let unknown = warnings.first else { return nil }
    if command.kind.givesRights {
      return
        "\(unknown.path) says nothing to this command, and may be what was to keep the key to less"
    }
    guard let missing = command.kind.narrowing.first(where: { !command.has($0) }) else {
      return nil
    }
    return
      "\(unknown.path) says nothing to this command, and without \(missing.rawValue) it would do more"
      + " than may be meant"
  }

  /// Of the payload of a signed command that was refused.
  init(payload: [UInt8]) {
    if let command = try? JSONCoding.decode(EnvelopeBody<Command>.self, from: payload) {
      self.init(command.body)
    } else {
      let body = try? JSONCoding.decode(EnvelopeBody<JSONValue>.self, from: payload).body
      self.init(content: body.flatMap { ContentHash(of: $0) })
    }
  }
}
