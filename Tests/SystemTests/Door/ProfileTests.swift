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
      "osdp-usb", "osdp-hat", "usb-relay",
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
        "simulated.yaml", "osdp-usb.yaml", "osdp-hat.yaml", "usb-relay.yaml",
      ])
  }

  @Test("F1: the page of boards has each line of a profile at the pin of the header that it is")
  func pins() throws {
    // The 40 pins of a Raspberry Pi's header, GPIO numbers by pin; power and 0 V left out.
    let header = [
      3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10,
      21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26,
      38: 20, 40: 21,
    ]
    let page = try String(contentsOf: Self.folder.appending(path: "boards.md"), encoding: .utf8)
    let rows = page.matches(of: /\| `(\w+)` \| (\d+) \| (\d+) \|/).map {
      (String($0.output.1), $0.output.2, $0.output.3)
    }
    #expect(
      Set(rows.map(\.0)) == ["relay", "contact", "exit", "data0", "data1", "led", "beeper"])
    for (name, gpio, pin) in rows {
      #expect(Int(pin).flatMap { header[$0] } == Int(gpio), "\(name)")
    }
    for model in 3...5 {
      let path = "profiles/raspberry-pi-\(model).yaml"
      let profile = try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
      for (name, gpio, _) in rows {
        #expect(
          profile.contains(try Regex("\\b\(name): \\{chip: [^,]+, line: \(gpio)\\b")), "\(name)")
      }
      let label = try #require(profile.firstMatch(of: /chip: ([\w-]+)/)?.output.1)
      #expect(page.contains("| \(model) | `\(path)` | `\(label)` |"))
    }
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
