import ChildProcesses
import CoreModels
import Foundation
import Testing

/// The demonstrations as a newcomer plays them, with secrets that a search can find.
@Suite("The demonstrations succeed, and show no secret (C6, D13)", .blocking)
struct DemoSecretTests {
  private static let cards = [
    "DEMO_ADA_CARD": "31415926535", "DEMO_BEN_CARD": "27182818284",
    "DEMO_UNKNOWN_CARD": "16180339887", "DEMO_GUEST_CARD": "14142135623",
  ]
  private static let texts = [
    "DEMO_ADA_PIN": "9081726354", "DEMO_WRONG_PIN": "8170263549", "DEMO_GUEST_PIN": "7362514098",
    "DEMO_PHONE": "marker-telephone-5f1c9ad7",
  ]

  @Test(
    "every step holds, and nothing that is left behind has a secret in it",
    arguments: [
      [], ["--story", "offline-front-desk"], ["--story", "platforms"], ["--story", "building"],
    ])
  func story(_ story: [String]) throws {
    let folder = try TemporaryFolder()
    let script = Repository.file("deploy/demo").path()
    let programs = URL(filePath: BuiltProgram("postern").path).deletingLastPathComponent().path()
    let transcript = folder.path + "/transcript"
    let demo = try ChildProcess(
      "/bin/bash", [script, "--once", "--keep", "--programs", programs] + story,
      environment: Self.cards.mapValues { "H10302:-:" + $0 }.merging(Self.texts) { $1 }
        .merging(["TMPDIR": folder.path]) { $1 },
      output: transcript, errors: transcript)
    let status = demo.wait()
    let text = try String(contentsOfFile: transcript, encoding: .utf8)
    #expect(status == 0, "\(text)")
    let end = try #require(text.split(separator: "\n").last { $0.contains("are kept in") })
    let world = String(end.split(separator: " ").last ?? "")

    var seen = Marker.files(of: world) { path in
      // The device's keys, and what the desk wrote or carried to the door.
      ["device", "desk", "carried-"].contains(where: path.hasPrefix)
    }
    seen["transcript"] = Data(text.utf8)
    for place in ["state/events.sqlite", "door.log", "cloud.log", "broker.log"] {
      #expect(seen.keys.contains(place), "\(place)")
    }
    var values = (Self.cards.merging(Self.texts) { $1 }).map { Marker($0.key, text: $0.value) }
    let said = FileManager.default.contents(atPath: world + "/desk-said.txt")
    let pins = String(decoding: said ?? Data(), as: UTF8.self).split(separator: "\n")
    let made = ["platforms": 1, "offline-front-desk": 2]
    #expect(pins.count == story.last.flatMap { made[$0] } ?? 0)
    values += pins.map { Marker("a PIN that was made", text: String($0)) }
    let keys = try Marker.keys(
      ofDevice: world + "/device", ["credential.key", "offline-pin.keys"])
    Marker.expectNone(of: values, keys, in: seen)
  }
}
