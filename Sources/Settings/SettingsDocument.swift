import CloudProtocol
import Foundation
import Yams

/// The settings files as they were written: their keys, their lines and the shape of their values. The
/// configuration library reads the values; this answers what the library does not: which keys the
/// files have, and on which lines.
struct SettingsDocument {
  /// The largest file, in bytes.
  static let fileBytesMax = 262_144
  /// The most keys of a file; stops aliases that multiply each other.
  static let keysMax = 4_096

  /// What stands at a key.
  enum Shape: Sendable, Hashable { case value, list, nothing }

  /// A key that has no keys below it.
  struct Leaf: Sendable, Hashable {
    var path: String
    var shape: Shape
    /// From 1.
    var line: Int?
    /// The file, where it is not the first one.
    var file: String?

    /// For messages; nil when the line is not known.
    var place: String? {
      line.map { "line \($0)" + (file.map { " of \($0)" } ?? "") }
    }
  }

  /// The most files beside the first one.
  static let filesMax = 64

  /// Those that win come first.
  private(set) var leaves: [Leaf] = []
  /// The files that set something, in the same order.
  private(set) var files: [String] = []

  /// Reads the file and those of the folder that is named like it, with `.d` for `.yaml`; throws one
  /// problem when one cannot be read.
  init(path: String) throws(SettingsFailure) {
    for file in try Self.beside(path).reversed() + [path]
    where try add(file, isFirst: file == path) {
      files.append(file)
    }
  }

  /// The files of the folder, by name. Without the folder there are none.
  private static func beside(_ path: String) throws(SettingsFailure) -> [String] {
    guard path.hasSuffix(".yaml") else { return [] }
    let folder = path.dropLast(5) + ".d"
    guard FileManager.default.fileExists(atPath: String(folder)) else { return [] }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: String(folder)) } catch {
      throw failure("\(folder) cannot be read; may this user read it?")
    }
    let files = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted()
    guard files.count <= filesMax else {
      throw failure("\(folder) has \(files.count) files; at most \(filesMax) are read")
    }
    return files.map { "\(folder)/\($0)" }
  }

  /// False for a file that sets nothing: somebody has commented out its last line.
  private mutating func add(_ path: String, isFirst: Bool) throws(SettingsFailure) -> Bool {
    let root: Node?
    do {
      root = try Parser(yaml: try Self.text(of: path)).singleRoot()
    } catch let failure as SettingsFailure {
      throw failure
    } catch {
      throw Self.failure("\(path) is not YAML: \(Self.words(for: error))")
    }
    if !isFirst, root?.scalar?.string.isEmpty ?? (root == nil) { return false }
    guard let root, let mapping = root.mapping else {
      throw Self.failure("\(path) must be a YAML mapping, such as `controller: {id: gate-1}`")
    }
    let before = leaves.count
    try walk(mapping, below: [], in: path)
    try Self.refuseRepeated(leaves[before...], in: path)
    guard !isFirst else { return true }
    for index in before..<leaves.count { leaves[index].file = path }
    return true
  }

  /// The parser finds a key that is written twice in one form; here are those that mean the same, such as
  /// `1` and `"1"`, of which one would hide the other.
  private static func refuseRepeated(
    _ leaves: ArraySlice<Leaf>, in file: String
  ) throws(SettingsFailure) {
    var paths: Set<String> = []
    for leaf in leaves where !paths.insert(leaf.path).inserted {
      throw failure("\(file), line \(leaf.line ?? 0): \"\(leaf.path)\" is written twice")
    }
  }

  /// The key at a path, if the file has it.
  func leaf(at path: String) -> Leaf? { leaves.first { $0.path == path } }

  static func failure(_ message: String) -> SettingsFailure {
    SettingsFailure(problems: [SettingsProblem(path: "", message: message)])
  }

  private static func text(of path: String) throws(SettingsFailure) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw failure("\(path) \(cause(at: path))")
    }
    guard data.count <= fileBytesMax else {
      throw failure("\(path) has \(data.count) bytes; at most \(fileBytesMax) are allowed")
    }
    do throws(WrittenTextProblem) { return try WrittenText.decode(data) } catch {
      throw failure("\(path): \(error)")
    }
  }

  /// Why a file could not be read.
  private static func cause(at path: String) -> String {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let kind = try? files.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard files.fileExists(atPath: path, isDirectory: &isFolder) else {
      return kind == .typeSymbolicLink
        ? "is a link that leads to nothing" : "is not there; is the path right?"
    }
    if isFolder.boolValue { return "is a folder; name the file" }
    guard kind == .typeRegular || kind == .typeSymbolicLink else {
      return "is not a file; name the file"
    }
    return "cannot be read; may this user read it?"
  }

  private mutating func walk(
    _ mapping: Node.Mapping, below path: [String], in file: String
  ) throws(SettingsFailure) {
    for (key, value) in mapping {
      guard let name = key.string else {
        throw Self.failure("\(file), line \(key.mark?.line ?? 0): a key must be a word")
      }
      if let inner = value.mapping {
        try walk(inner, below: path + [name], in: file)
      } else {
        try add(value, at: (path + [name]).joined(separator: "."), line: key.mark?.line, in: file)
      }
      guard leaves.count <= Self.keysMax else {
        throw Self.failure("\(file) has more than \(Self.keysMax) keys")
      }
    }
  }

  private mutating func add(
    _ value: Node, at path: String, line: Int?, in file: String
  ) throws(SettingsFailure) {
    if let items = value.sequence {
      guard items.allSatisfy({ $0.scalar != nil }) else {
        throw SettingsFailure(problems: [
          SettingsProblem(
            path: path, message: "must be a list of plain names (line \(line ?? 0) of \(file))")
        ])
      }
      leaves.append(Leaf(path: path, shape: .list, line: line))
    } else {
      leaves.append(Leaf(path: path, shape: value.null == nil ? .value : .nothing, line: line))
    }
  }

  /// The parser's message, with the line.
  private static func words(for error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    case .duplicatedKeysInMapping(let keys, let context):
      "line \(context.mark.line): written twice: \(keys.sorted().joined(separator: ", "))"
    default:
      "\(error)"
    }
  }
}
