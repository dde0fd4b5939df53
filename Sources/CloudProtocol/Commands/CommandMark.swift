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
