import Foundation
import Settings
import Testing

@Suite("Settings out of several files (F3)")
struct SettingsFolderTests {
  /// Writes files beside the settings, in the folder that is named like them.
  private func write(_ files: [String: String], _ fixture: SettingsFixture) throws {
    let folder = fixture.folder.appendingPathComponent("postern.d")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
  }

  @Test("a key of postern.d counts instead of the one in postern.yaml, the last file's above all")
  func order() async throws {
    let fixture = try SettingsFixture()
    try write(
      [
        "10-site.yaml":
          "controller: {id: gate-7}\ncloud: {host: a.example.org, publicKeyFile: /p}\n",
        "20-cloud.yaml": "cloud: {host: b.example.org, port: 1999}\n",
        "notes.txt": "no settings", ".hidden.yaml": "neither: are these\n",
      ], fixture)
    let settings = try await fixture.load(SettingsFixture.least)
    #expect("\(settings.controller)" == "gate-7")
    #expect(settings.cloud?.host == "b.example.org" && settings.cloud?.port == 1_999)
    #expect(settings.cloud?.publicKeyFile == "/p")
    #expect(settings.doors.count == 1)
    let overridden = try await fixture.load(
      SettingsFixture.least, environment: ["POSTERN_CLOUD_HOST": "c.example.org"])
    #expect(overridden.cloud?.host == "c.example.org")
  }

  @Test("what is wrong in a file of postern.d is reported with that file and its line")
  func problems() async throws {
    let fixture = try SettingsFixture()
    try write(
      ["cloud.yaml": "cloud:\n  host: a\n  publicKeyFile: /p\n  port: 99999\n  prot: 1\n"], fixture)
    let problems = try await fixture.problems(SettingsFixture.least)
    let place = "\(fixture.folder.path)/postern.d/cloud.yaml"
    #expect(problems.contains { $0.contains("cloud.port") && $0.contains("line 4 of \(place)") })
    #expect(problems.contains { $0.contains("did you mean cloud.port") && $0.contains(place) })
  }

  @Test("a file of postern.d that is no YAML ends the start and is named")
  func broken() async throws {
    let fixture = try SettingsFixture()
    try write(["site.yaml": "cloud: [\n"], fixture)
    let problems = try await fixture.problems(SettingsFixture.least)
    #expect(problems.count == 1 && problems[0].contains("postern.d/site.yaml is not YAML"))
  }

  @Test(
    "an empty file of postern.d, or one of comments alone, sets nothing; any other text is refused")
  func empty() async throws {
    let fixture = try SettingsFixture()
    try write(["1.yaml": "", "2.yaml": "# log: {level: debug}\n", "3.yaml": "\n  \n"], fixture)
    #expect(try await fixture.problems(SettingsFixture.least) == [])
    try write(["4.yaml": "nothing\n"], fixture)
    let problems = try await fixture.problems(SettingsFixture.least)
    #expect(problems.count == 1 && problems[0].contains("4.yaml must be a YAML mapping"))
  }

  @Test("64 files of postern.d are read, 65 are refused")
  func limit() async throws {
    let fixture = try SettingsFixture()
    for index in 0..<64 { try write(["\(index).yaml": "controller: {id: g-\(index)}\n"], fixture) }
    #expect(try await fixture.problems(SettingsFixture.least) == [])
    try write(["z.yaml": "controller: {id: z}\n"], fixture)
    let problems = try await fixture.problems(SettingsFixture.least)
    #expect(problems.count == 1 && problems[0].contains("at most 64 are read"))
  }
}
