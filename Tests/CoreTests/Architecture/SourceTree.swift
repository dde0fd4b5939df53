import CoreModels
import Foundation

/// The sources as text, for rules that the compiler does not know.
struct SourceTree {
  let root: URL
  let package: String
  let sources: [SourceFile]
  let tests: [SourceFile]
  /// The types of sources and tests, by name.
  let types: [String: SwiftType]

  /// The tree that this file is part of, read once for all tests: it takes a second.
  static let read = Result { try SourceTree() }

  private init() throws {
    root = Repository.root
    package = try String(
      contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    sources = try Self.files(in: "Sources", of: root)
    tests = try Self.files(in: "Tests", of: root)
    types = SwiftType.all(in: sources + tests)
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
