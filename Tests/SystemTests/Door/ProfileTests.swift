import CoreModels
import Foundation
import Testing

@Suite("A1 F1: hardware profiles are data, and valid", .blocking)
struct ProfileTests {
  private static let folder = Repository.file("deploy")

  @Test(
    "F3: a profile, a controller's name and a key are all the settings that a door needs",
    arguments: [
      "raspberry-pi-3", "raspberry-pi-4", "raspberry-pi-5", "industrial-pc", "simulated",
      "osdp-usb", "osdp-hat",
    ])
  func profile(name: String) throws {
    let folder = try TemporaryFolder()
    let profile = try String(
      contentsOf: Self.folder.appending(path: "profiles/\(name).yaml"), encoding: .utf8)
    let path = folder.path + "/postern.yaml"
    let site = """
      controller: {id: gate-1}
      credentials: {keyFile: /etc/postern/credential.key}

      """
    try Data((site + profile).utf8).write(to: URL(filePath: path))
    let checked = try BuiltProgram("postern").run(["config", "check", path])
    #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
  }

  @Test("F3: the settings that the contract's guide has for a desk without hardware are valid")
  func desk() throws {
    let guide = try String(
      contentsOf: Self.folder.appending(path: "protocol/guide.md"), encoding: .utf8)
    let block = try #require(
      guide.components(separatedBy: "```\n").first {
        $0.hasPrefix("controller: {id:")
      })
    let folder = try TemporaryFolder()
    let path = folder.path + "/desk.yaml"
    try Data(block.utf8).write(to: URL(filePath: path))
    let checked = try BuiltProgram("postern").run(["config", "check", path])
    #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
  }

  @Test("F3: the test above covers every profile")
  func none() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appending(path: "profiles").path())
    #expect(
      Set(names) == [
        "raspberry-pi-3.yaml", "raspberry-pi-4.yaml", "raspberry-pi-5.yaml", "industrial-pc.yaml",
        "simulated.yaml", "osdp-usb.yaml", "osdp-hat.yaml",
      ])
  }

  @Test("F3: a file that the settings name and that is not there is told as advice, with its key")
  func missingFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/postern.yaml"
    let here = folder.path + "/credential.key"
    try Data(repeating: 7, count: 32).write(to: URL(filePath: here))
    func advice(_ key: String) throws -> String {
      let settings = """
        controller: {id: gate-1}
        credentials: {keyFile: \(key)}
        hardware: {driver: simulated}
        doors: [front]
        readers: [front-in]
        reader:
          front-in: {door: front}

        """
      try Data(settings.utf8).write(to: URL(filePath: path))
      let checked = try BuiltProgram("postern").run(["config", "check", path])
      #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
      return checked.output
    }
    #expect(try !advice(here).contains("credentials.keyFile"))
    #expect(
      try advice(folder.path + "/none").contains(
        "advice: credentials.keyFile: \(folder.path)/none is not there"))
  }

  @Test("F3: the settings that the package installs are valid without a change")
  func installed() throws {
    let path = Self.folder.appending(path: "debian/postern.yaml").path()
    let checked = try BuiltProgram("postern").run(["config", "check", path])
    #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
  }
}
