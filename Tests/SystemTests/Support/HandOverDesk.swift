import Foundation
import Testing

/// A front desk of its own beside a door's world.
struct HandOverDesk {
  let world: DoorWorld
  let name: String
  private let base: String

  /// Makes the desk's key, and has the operator certify it.
  init(_ world: DoorWorld, _ name: String) throws {
    self.world = world
    self.name = name
    base = "\(world.folder.path)/\(name)"
    let made = try world.postern("issuer", "new-key", "--out", base + ".key")
    let certified = try world.posterncloud(
      "issuer", "certify", name, "--id", name + "-1", "--key",
      made.output.trimmingCharacters(in: .whitespacesAndNewlines), "--controllers", "gate-1",
      "--doors", "front", "--longest", "3d", "--until", "+30d", "--out", base + ".cert")
    guard made.status == 0, certified.status == 0 else {
      throw CocoaError(.fileWriteUnknown, userInfo: ["why": made.errors + certified.errors])
    }
  }

  /// The file of an order, which may be carried to a door more than once.
  func sign(_ action: String, _ id: String, _ more: [String]) throws -> String {
    let file = "\(base)-\(id)-\(UUID().uuidString.prefix(4)).json"
    let outcome = try BuiltProgram("postern").run(
      [
        "issuer", action, "--key", base + ".key", "--certificate", base + ".cert", "--controller",
        "gate-1", "--id", id, "--out", file,
      ] + more)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return file
  }

  /// Issues a card and hands it over.
  func issue(_ id: String, card: Int, person: String, _ more: String...) throws
    -> BuiltProgram.Outcome
  {
    try world.postern(
      "hand-over",
      sign(
        "issue", id,
        ["--person", person, "--card", "H10301:12:\(card)", "--doors", "front"]
          + (more.contains("--until") ? more : more + ["--until", "+2d"])))
  }

  func revoke(_ id: String) throws -> BuiltProgram.Outcome {
    try world.postern("hand-over", sign("revoke", id, []))
  }
}
