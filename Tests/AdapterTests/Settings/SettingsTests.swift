import DoorRules
import Foundation
import Settings
import Testing
import WiegandCodec

/// One YAML file, every key overridable by an environment variable.
@Suite("Settings: what is read")
struct SettingsTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  @Test("every key of a whole file arrives, typed")
  func whole() async throws {
    let settings = try await fixture.load(SettingsFixture.whole)
    #expect(settings.controller.rawValue == "gate-1")
    #expect(settings.stateFolder == "/srv/postern")
    #expect(settings.hardware.driver == .gpiod)
    #expect(settings.credentials.keyFile == "/etc/postern/credential.key")
    #expect(settings.console.socket == "/run/postern/console.sock")
    #expect(settings.deadlines.commitMilliseconds == 20)
    #expect(settings.assumedClockTrust == .synchronised)
    #expect(settings.logLevel == "debug")

    let door = try #require(settings.doors.first)
    #expect(
      door.relay == .init(chip: "gpiochip0", line: 17, activeLow: true, bias: .asIs))
    #expect(
      door.contact == .init(chip: "gpiochip0", line: 22, activeLow: true, bias: .pullUp))
    #expect(door.exit == .init(chip: "gpiochip1", line: 22, activeLow: false, bias: .asIs))
    #expect(door.hasContact && door.failSafe)

    let reader = try #require(settings.readers.first)
    #expect(reader.door == door.id)
    #expect(reader.formats.formats.map(\.name) == ["H10306", "H10301"])
    #expect(reader.keypad == .fourBit)
    #expect(reader.led?.line == 25 && reader.beeper?.line == 8)

    let cloud = try #require(settings.cloud)
    #expect(cloud.host == "broker.example" && cloud.port == 8_884)
    #expect(cloud.username == "gate-1" && cloud.keepAliveSeconds == 60)
    #expect(cloud.publicKeyFile == "/etc/postern/cloud.pub")
    #expect(cloud.passwordFile == "/etc/postern/password")
    #expect(cloud.tls?.caFile == "/ca.pem" && cloud.tls?.keyFile == "/gate.key")
  }

  @Test("data lines of a reader are active low unless the file says otherwise")
  func dataLines() async throws {
    let reader = try #require(try await fixture.load(SettingsFixture.whole).readers.first)
    #expect(reader.data0?.activeLow == true)
    #expect(reader.data1?.activeLow == false)
  }

  @Test("what is left out has the documented default")
  func least() async throws {
    let settings = try await fixture.load(SettingsFixture.least)
    #expect(settings.stateFolder == "/var/lib/postern")
    #expect(settings.console.socket == "/run/postern/postern.sock")
    #expect(settings.deadlines.lookUpMilliseconds == 2_000)
    #expect(settings.deadlines.commitMilliseconds == 50)
    #expect(settings.assumedClockTrust == nil)
    #expect(settings.logLevel == "info")
    #expect(settings.cloud == nil)
    #expect(settings.readers.first?.formats == .default)
    #expect(settings.readers.first?.keypad == .automatic)
    #expect(settings.doors.first?.hasContact == true)
    #expect(settings.doors.first?.failSafe == false)
    #expect(settings.doors.first?.relay == nil)
  }

  @Test("the broker's port follows TLS when it is not set")
  func ports() async throws {
    let cloud = SettingsFixture.least + "cloud: {host: b, publicKeyFile: /k"
    #expect(try await fixture.load(cloud + "}").cloud?.port == 1_883)
    #expect(try await fixture.load(cloud + ", tls: {caFile: /ca}}").cloud?.port == 8_883)
  }

  @Test("a variable wins over the file, for numbers, words, lists and lines")
  func variables() async throws {
    let settings = try await fixture.load(
      SettingsFixture.whole,
      environment: [
        "POSTERN_CLOUD_PORT": "1999", "POSTERN_CLOUD_TLS_CA_FILE": "/other.pem",
        "POSTERN_DOOR_FRONT_RELAY_LINE": "5", "POSTERN_READER_FRONT_IN_DATA0_ACTIVE_LOW": "false",
        "POSTERN_READER_FRONT_IN_FORMATS": "H10302, H10304",
        "POSTERN_EVENTS_COMMIT_DEADLINE_MILLISECONDS": "0",
      ])
    #expect(settings.cloud?.port == 1_999)
    #expect(settings.cloud?.tls?.caFile == "/other.pem")
    #expect(settings.doors.first?.relay?.line == 5)
    #expect(settings.readers.first?.data0?.activeLow == false)
    #expect(settings.readers.first?.formats.formats.map(\.name) == ["H10302", "H10304"])
    #expect(settings.deadlines.commitMilliseconds == 0)
  }

  @Test("a variable can give what the file leaves out, such as a whole door")
  func variablesAlone() async throws {
    let settings = try await fixture.load(
      SettingsFixture.least,
      environment: [
        "POSTERN_DOORS": "front,back", "POSTERN_DOOR_BACK_FAIL_SAFE": "true",
      ])
    #expect(settings.doors.map(\.id.rawValue) == ["front", "back"])
    #expect(settings.doors.map(\.failSafe) == [false, true])
  }

  @Test("capitals in a row count as one word in a variable's name")
  func variableNames() async throws {
    let settings = try await fixture.load(
      SettingsFixture.least,
      environment: [
        "POSTERN_CREDENTIALS_OFFLINE_PINKEY_FILE": "/o", "POSTERN_CREDENTIALS_KEY_FILE": "/k",
      ])
    #expect(settings.credentials.offlinePINKeyFile == "/o" && settings.credentials.keyFile == "/k")
  }

  @Test("a variable without the prefix does not reach the door")
  func noPrefix() async throws {
    let settings = try await fixture.load(
      SettingsFixture.least,
      environment: ["LOG_LEVEL": "trace", "CLOUD_HOST": "elsewhere", "STATE_FOLDER": "/tmp"])
    #expect(settings.logLevel == "info")
    #expect(settings.cloud == nil)
    #expect(settings.stateFolder == "/var/lib/postern")
  }

  @Test("an empty variable leaves a key out, and so does an empty value in the file")
  func empty() async throws {
    let yaml = SettingsFixture.least + "log:\nstate: {folder: ~}\nconsole:\n  socket:\n"
    let settings = try await fixture.load(yaml, environment: ["POSTERN_LOG_LEVEL": ""])
    #expect(settings.logLevel == "info")
    #expect(settings.stateFolder == "/var/lib/postern")
    #expect(settings.console.socket == "/run/postern/postern.sock")
  }

  @Test("files are looked for only when asked")
  func files() async throws {
    let key = fixture.folder.appendingPathComponent("credential.key").path
    let yaml =
      SettingsFixture.least + """
        state: {folder: \(fixture.folder.path)}
        console: {socket: \(fixture.folder.path)/postern.sock}
        cloud: {host: b, publicKeyFile: /nowhere/cloud.pub}
        """
    let settings = try await fixture.load(yaml, environment: ["POSTERN_CREDENTIALS_KEY_FILE": key])
    #expect(settings.checkFiles().map(\.path) == ["credentials.keyFile", "cloud.publicKeyFile"])
    try "x".write(toFile: key, atomically: true, encoding: .utf8)
    #expect(settings.checkFiles().map(\.path) == ["cloud.publicKeyFile"])
  }
}
