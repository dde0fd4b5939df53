import Foundation
import Testing

/// How large a folder or a type may become before it must be divided.
@Suite("Folders and types stay small")
struct ArchitectureSizeTests {
  static let folderFilesMax = 20
  static let storedPropertiesMax = 12
  static let extensionFilesMax = 2

  /// A question to the rules never changes after `init`; members that only one rule needs
  /// stand in that rule's file, so that a rule is one file.
  private static let oneRuleAFile: Set = ["RuleQuestion"]

  private let files: [SourceFile]
  private let types: [String: SwiftType]

  init() throws {
    let tree = try SourceTree.read.get()
    files = tree.sources + tree.tests
    types = tree.types
  }

  @Test("a folder has at most 20 Swift files")
  func folders() {
    #expect(Self.fullFolders(of: files) == [])
  }

  @Test("a type that has state stores at most 12 properties")
  func storedProperties() {
    #expect(Self.largeTypes(of: types) == [])
  }

  @Test("at most 2 files extend a type that has behaviour")
  func extensions() {
    #expect(Self.scatteredTypes(of: types) == Self.oneRuleAFile)
  }

  @Test("the braces of every file match, so that its types are found")
  func balanced() {
    #expect(files.filter { !$0.declarations.isBalanced }.map(\.path) == [])
    #expect(types.count > 500)
  }

  private static func fullFolders(of files: [SourceFile]) -> Set<String> {
    Set(
      Dictionary(grouping: files, by: \.folder).filter { $0.value.count > folderFilesMax }.keys)
  }

  private static func largeTypes(of types: [String: SwiftType]) -> Set<String> {
    Set(
      types.values.filter {
        $0.storedProperties > storedPropertiesMax && !$0.isPlainData && !$0.isCommand
      }.map(\.name))
  }

  private static func scatteredTypes(of types: [String: SwiftType]) -> Set<String> {
    Set(
      types.values.filter { $0.extensionFiles.count > extensionFilesMax && !$0.isRecord }
        .map(\.name))
  }

  @Test("the checks find a full folder, a large type and a scattered one")
  func checksSee() {
    let twentyOne = (1...21).map { SourceFile(path: "A/B/\($0).swift", target: "A", text: "") }
    #expect(Self.fullFolders(of: twentyOne) == ["A/B"])
    #expect(Self.fullFolders(of: twentyOne.dropLast()) == [])

    func properties(_ count: Int) -> String {
      (1...count).map { "  var p\($0) = 0\n" }.joined()
    }
    let types = SwiftType.all(in: [
      SourceFile(
        path: "a.swift", target: "A",
        text: """
          final class Large {
          \(properties(13))}
          final class Small {
          \(properties(12))}
          struct Data {
          \(properties(13))
            func question() -> Int { p1 }
          }
          struct Hidden {
            private let secret = 0
          \(properties(12))}
          struct Changing {
          \(properties(13))}
          struct Show: AsyncParsableCommand {
          \(properties(13))
            mutating func run() {}
          }
          """),
      SourceFile(path: "b.swift", target: "A", text: "extension Changing { mutating func f() {} }"),
    ])
    #expect(Self.largeTypes(of: types) == ["Large", "Hidden", "Changing"])

    func extended(_ more: String...) -> Set<String> {
      let bodies = ["enum Wide { case one }"] + more.map { "extension Wide {\n  \($0)\n}" }
      return Self.scatteredTypes(
        of: SwiftType.all(
          in: bodies.enumerated().map {
            SourceFile(path: "\($0.offset).swift", target: "A", text: $0.element)
          }))
    }
    #expect(extended("func f() {}", "var g: Int { 1 }", "func h() {}") == ["Wide"])
    #expect(extended("func f() {}", "static func g() {}", "init(h: Int) {}", "func i() {}") == [])
  }
}
