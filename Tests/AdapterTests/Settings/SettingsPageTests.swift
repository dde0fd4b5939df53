import CoreModels
import Foundation
import Testing

@testable import Settings

@Suite("Settings: the table of keys, and what comes from it")
struct SettingsPageTests {
  let fixture: SettingsFixture

  init() throws { fixture = try SettingsFixture() }

  @Test("deploy/SETTINGS.md prints the table")
  func page() throws {
    let path = Repository.file("deploy/SETTINGS.md")
    if ProcessInfo.processInfo.environment["POSTERN_UPDATE_DOCS"] == "1" {
      try Data(SettingsPage.text.utf8).write(to: path)
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == SettingsPage.text)
  }

  @Test("each key is in the table once, with a sentence")
  func entries() throws {
    let blank = try #require(DaemonSettings.blank)
    let entries = SettingsKeys.all.flatMap { $0.entries(blank, []) }
    #expect(Set(entries.map(\.path)).count == entries.count)
    #expect(entries.allSatisfy { $0.about.hasSuffix(".") && !$0.about.contains("|") })
  }

  @Test(
    "the settings that are shown are a settings file that says the same",
    arguments: [SettingsFixture.least, SettingsFixture.whole, Self.more])
  func shown(_ yaml: String) async throws {
    let text = RedactedSettings(try await fixture.load(yaml)).text
    #expect(RedactedSettings(try await fixture.load(text)).text == text)
  }

  @Test("what is shown has every default, the structure of the file, and no user name")
  func redacted() async throws {
    let least = RedactedSettings(try await fixture.load(SettingsFixture.least)).text
    for line in [
      "controller: {id: gate-1}\n", "folder: /var/lib/postern", "lookUpDeadlineMilliseconds: 2000",
      "doors: [front]\n",
      "    heldOpenSeconds: 30\n", "    formats: [H10301, H10306, C1k35s, H10302, H10304]\n",
      "    keypad: automatic\n", "events: {commitDeadlineMilliseconds: 50}\n",
    ] {
      #expect(least.contains(line), "\(line) in \(least)")
    }
    #expect(!least.contains("cloud"))
    let whole = RedactedSettings(try await fixture.load(SettingsFixture.whole)).text
    #expect(
      whole.contains("  username: <redacted>\n") && whole.contains("  host: broker.example\n"))
    #expect(
      whole.contains("    relay: {chip: gpiochip0, line: 17, activeLow: true}\n"), "\(whole)")
  }

  @Test("a value that YAML would read otherwise is shown between quotation marks")
  func quoted() async throws {
    let folder = #"/srv/a: b # "c" \ d"#
    let yaml = SettingsFixture.least + "state: {folder: '\(folder)'}\n"
    let settings = try await fixture.load(yaml)
    #expect(settings.stateFolder == folder)
    let again = try await fixture.load(RedactedSettings(settings).text)
    #expect(again.stateFolder == folder)
  }

  /// Keys that the other fixtures leave out.
  private static let more = """
    controller: {id: gate-1}
    hardware: {driver: simulated}
    doors: [front, back]
    door:
      front: {hasContact: false, relock: whenOpened, heldOpenSeconds: 5, interlock: lobby}
      back:
        failSafe: true
        heldOpenWarningSeconds: 0
        hasLockCurrent: true
        lockCurrentSeconds: 4
        onBatteryLow: release
    formats: [Gym40]
    format: {Gym40: {bits: 40, card: "10-37,38", parity: [0 even 1-19]}}
    readers: [in]
    reader:
      in:
        door: back
        formats: [Gym40, H10301]
        keypad: none
        pinLength: 6
        pinFrame: number34
        pinFrameFacility: 65535
        pinFrameErrors: ["65535", "65533"]
        bellCode: 13
        supervision: "10101010"
        supervisionSeconds: 30
        presentationMilliseconds: 0
        tamperOpened: 14
        tamperClosed: 15
        feedback: {granted: "both 250, led 1750"}
    site: {plan: {chip: gpiochip0, line: 9}}
    power: {failingMinutes: 0, shedMinutes: 1, shed: [lamps, beepers, heartbeat]}
    inputs: [motion]
    input: {motion: {debounceMilliseconds: 500}}
    outputs: [light, siren]
    credentials: {keyFile: /k, previousKeyFile: /p, offlinePINKeyFile: /o, issuerRootsFile: /r}
    cloud: {host: b, publicKeyFile: /c, heartbeatSeconds: 30}
    console: {web: {address: "::1", port: 8080, names: [door.example.org, gate]}}

    """
}
