import Testing

/// A `default:` over a closed enum accepts a new case silently; without it the compiler
/// lists every place that the new case concerns.
@Suite("The pure targets' switches name every case")
struct ArchitectureSwitchTests {
  @Test("no switch over an enum has a default")
  func defaults() throws {
    let files = try SourceTree.read.get().sources.filter {
      ArchitectureTests.pure.contains($0.target)
    }
    #expect(files.count > 50)
    let wrong = files.flatMap { file in
      file.declarations.enumDefaults.map { "\(file.path):\($0)" }
    }
    #expect(wrong == [])
  }

  @Test("the check finds a default over an enum, and accepts one over numbers and texts")
  func checksSee() {
    func defaults(_ body: String) -> [Int] {
      SourceFile(path: "x", target: "X", text: body).declarations.enumDefaults
    }
    #expect(
      defaults(
        """
        func f() {
          switch x {
          case .one: 1
          default: 2
          }
          let y = switch x {
          case .one(let a, name: .three)
          where a > 1:
            1
          case _: 2
          }
          return switch (x, y) {
          case let (.one, z): z
          case let other: other
          }
        }
        """) == [4, 10, 14])
    #expect(
      defaults(
        """
        switch x {
        case 1, 3...4: [1]
          .map { $0 }
        case ...9:
          switch y {
          case .one: 1
          case .two: 2
          }
        case "a": 2
        case let other where other > 7: 3
        default: 4
        }
        """) == [])
  }
}
