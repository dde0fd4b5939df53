/// A type with all its declarations and extensions.
struct SwiftType {
  let name: String
  /// Files that declare it; more than one if two targets have a type of that name.
  private(set) var files: Set<String> = []
  /// Other files that add instance members. Static members and conversions
  /// (`init`) do not count, since they cannot change a value's state.
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

  /// The highest number of stored properties of one declaration.
  var storedProperties: Int { bodies.map(\.storedProperties).max() ?? 0 }

  /// A struct that only carries values: none of them is private, and none of its
  /// functions changes it. Examples are messages, settings, readings and tallies. Limits on size
  /// protect private state that changes, which such a type does not have.
  var isPlainData: Bool {
    bodies.allSatisfy { body in
      (body.kind == .struct || body.kind == .extension)
        && body.privateProperties == 0 && body.mutatingFunctions == 0
    }
  }

  /// Plain data whose declaration has no functions; each layer adds its own conversions.
  var isRecord: Bool {
    isPlainData && bodies.allSatisfy { $0.kind == .extension || $0.functions == 0 }
  }

  /// A command, whose properties are the options of the command line.
  var isCommand: Bool {
    bodies.contains { $0.header.contains("ParsableCommand") }
  }
}
