import Foundation
import Testing

@Suite("Files that a command writes for a person (E6)", .serialized, .blocking)
struct WrittenFileTests {
  private func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
  }

  @Test("a support bundle does not replace a file, unless --force says so; only its owner reads it")
  func bundle() throws {
    let world = try DoorWorld()
    try world.startDaemon()
    #expect(try world.eventually { try world.status() != nil })
    let file = world.folder.path + "/bundle.tar.gz"
    try Data("precious".utf8).write(to: URL(filePath: file))
    let refused = try world.postern("support-bundle", "-o", file)
    #expect(refused.status == 1 && refused.errors.contains("\(file) is there already"))
    #expect(refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("precious".utf8))
    let forced = try world.postern("support-bundle", "--force", "-o", file)
    #expect(forced.status == 0, "\(forced.errors)")
    #expect(try mode(file) == 0o600)
    let new = world.folder.path + "/new.tar.gz"
    #expect(try world.postern("support-bundle", "-o", new).status == 0)
    #expect(try mode(new) == 0o600)
    // A link would lead the archive to another file.
    let link = world.folder.path + "/link"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: world.folder.path + "/elsewhere")
    #expect(try world.postern("support-bundle", "-o", link).status == 1)
    let lost = try world.postern("support-bundle", "-o", world.folder.path + "/no/where.tar.gz")
    #expect(lost.status == 1 && lost.errors.contains("No such file"), "\(lost.errors)")
    #expect(!lost.errors.contains("Error Domain"), "\(lost.errors)")
  }

  @Test("so do a certificate of a desk, the roots, an enrolment and a page of commissioning")
  func others() throws {
    let world = try DoorWorld()
    let file = world.folder.path + "/file"
    try Data("precious".utf8).write(to: URL(filePath: file))
    let certify = [
      "issuer", "certify", "desk", "--key", String(repeating: "B", count: 42) + "A", "--longest",
      "3d",
      "--controllers", "gate-1", "--doors", "front", "--until", "+30d", "--out", file,
    ]
    func cloud(_ words: [String]) throws -> BuiltProgram.Outcome {
      try BuiltProgram("posterncloud").run(
        words, environment: ["POSTERNCLOUD_STATE": world.folder.path + "/cloud"])
    }
    for words in [certify, ["issuer", "roots", "--out", file]] {
      let refused = try cloud(words)
      #expect(refused.status == 1 && refused.errors.contains("\(file) is there already"))
      #expect(try Data(contentsOf: URL(filePath: file)) == Data("precious".utf8))
      #expect(try cloud(words + ["--force"]).status == 0)
      #expect(try Data(contentsOf: URL(filePath: file)) != Data("precious".utf8))
      try Data("precious".utf8).write(to: URL(filePath: file))
    }
    // The keys of a second controller would replace those of the first.
    let second = try cloud(["enrol", "gate-2", "--out", world.folder.path + "/device"])
    #expect(second.status == 1 && second.errors.contains("is there already"), "\(second.errors)")
    let roots = try cloud(["enrol", "gate-2", "--out", world.folder.path + "/second"])
    #expect(roots.status == 0, "\(roots.errors)")
    try world.startDaemon()
    #expect(try world.eventually { try world.status() != nil })
    let page = try world.postern("commission", "front", "--page", file)
    #expect(page.status == 1 && page.errors.contains("\(file) is there already"), "\(page.errors)")
  }
}
