import CoreModels
import Foundation

/// The sources as text, for rules that the compiler does not check.
struct SourceTree {
  let root: URL
  let package: String
  let sources: [SourceFile]
  let tests: [SourceFile]
  /// The types of sources and tests, by name.
  let types: [String: SwiftType]
  /// Documents, scripts and service files: all text that is not Swift and no example of a message.
  let pages: [TextPage]
  let names: NamedThings

  /// The tree of this file, read once for all tests: that takes a second.
  static let read = Result { try SourceTree() }

  private init() throws {
    root = Repository.root
    package = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    sources = try Self.files(in: "Sources", of: root)
    tests = try Self.files(in: "Tests", of: root)
    types = SwiftType.all(in: sources + tests)
    let root = root
    let paths = try Self.paths(of: root)
    pages = paths.filter { TextPage.suffixes.contains(URL(filePath: $0).pathExtension) }
      .sorted().compactMap { path in
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)).map {
          TextPage(path: path, lines: $0.split(separator: "\n", omittingEmptySubsequences: false))
        }
      }
    names = NamedThings(
      files: sources + tests, types: types, paths: Set(paths),
      modules: Set((sources + tests).map(\.target)))
  }

  /// Every file of the tree, without build products and git's own files.
  private static func paths(of root: URL) throws -> [String] {
    var paths: [String] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: root.path())
    where ![".build", ".git", ".cache"].contains(name) {
      paths.append(name)
      let inside = FileManager.default.enumerator(atPath: root.appending(path: name).path())
      for case let path as String in inside ?? .init() { paths.append("\(name)/\(path)") }
    }
    return paths
  }

  /// Folders directly below `folder`.
  func folders(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      at: root.appendingPathComponent(folder), includingPropertiesForKeys: [.isDirectoryKey]
    ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
      .map(\.lastPathComponent)
  }

  private static func files(in folder: String, of root: URL) throws -> [SourceFile] {
    let paths = FileManager.default.enumerator(
      atPath: root.appendingPathComponent(folder).path)
    var files: [SourceFile] = []
    for case let path as String in paths ?? .init() where path.hasSuffix(".swift") {
      let text = try String(
        contentsOf: root.appendingPathComponent(folder).appendingPathComponent(path),
        encoding: .utf8)
      files.append(
        SourceFile(
          path: "\(folder)/\(path)", target: String(path.prefix { $0 != "/" }), text: text))
    }
    return files
  }
}

/// A file that is not Swift.
struct TextPage {
  /// Scripts have none.
  static let suffixes: Set = ["", "md", "py", "sh", "txt", "yaml", "service", "conf", "c", "h"]

  let path: String
  let lines: [Substring]

  var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
}
