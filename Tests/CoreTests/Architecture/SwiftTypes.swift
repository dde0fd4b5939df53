/// A type with everything that its files give it.
struct SwiftType {
  let name: String
  /// Files that declare it; more than one where two targets have a type of that name.
  private(set) var files: Set<String> = []
  /// Other files that give its values members of their own. Static members and conversions
  /// (`init`) do not count: they cannot reach into a value.
  private(set) var extensionFiles: Set<String> = []
  /// Bodies of declarations and extensions.
  private(set) var bodies: [SwiftDeclarations.TypeBody] = []

  /// All types that these files declare, by name.
  static func all(in files: [SourceFile]) -> [String: SwiftType] {
    var types: [String: SwiftType] = [:]
    for file in files {
      for body in file.declarations.bodies where body.kind != .extension {
        types[body.name, default: SwiftType(name: body.name)].bodies.append(body)
        types[body.name]?.files.insert(file.path)
      }
    }
    for file in files {
      for body in file.declarations.bodies
      where body.kind == .extension && types[body.name] != nil {
        types[body.name]?.bodies.append(body)
        if types[body.name]?.files.contains(file.path) == false,
          body.functions + body.computedProperties > 0
        {
          types[body.name]?.extensionFiles.insert(file.path)
        }
      }
    }
    return types
  }

  /// The most that one declaration stores.
  var storedProperties: Int { bodies.map(\.storedProperties).max() ?? 0 }

  /// A struct that only carries values: all of them may be seen by whoever has it, and none of its
  /// functions changes it. Messages, settings, readings and tallies are such. What they need
  /// walls for, private state that changes, they do not have.
  var isPlainData: Bool {
    bodies.allSatisfy { body in
      (body.kind == .struct || body.kind == .extension)
        && body.privateProperties == 0 && body.mutatingFunctions == 0
    }
  }

  /// Plain data whose declaration has no function at all: each layer adds its own conversions.
  var isRecord: Bool {
    isPlainData && bodies.allSatisfy { $0.kind == .extension || $0.functions == 0 }
  }

  /// A command, whose properties are the options of the command line.
  var isCommand: Bool {
    bodies.contains { $0.header.contains("ParsableCommand") }
  }
}
