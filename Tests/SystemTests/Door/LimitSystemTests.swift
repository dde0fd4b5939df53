import Foundation
import Testing

@Suite("One past each limit of the console, by the built programs (E1, E3, E6)", .blocking)
struct LimitSystemTests {
  @Test(
    "E3: the monitor hides the bits of a burst as short as a key's, and shows those of a longer one"
  )
  func keyBits() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let monitor = try BuiltProgram("postern").start(
      ["monitor", "--numbers", "--socket", world.folder.path + "/postern.sock"],
      log: world.folder.path + "/monitor.txt")
    defer { monitor.end(SIGKILL) }
    #expect(
      try world.eventually {
        try world.postern("panel", "badge", "--facility", "12", "--card", "345")
        return try world.text("monitor.txt").contains("relay on")
      })
    try world.postern("panel", "bits", "11111100")
    try world.postern("panel", "bits", "110110111")
    #expect(try world.eventually { try world.text("monitor.txt").contains("110110111") })
    let text = try world.text("monitor.txt")
    #expect(text.contains("8 bits") && !text.contains("11111100"), "\(text.suffix(600))")
  }

  @Test("E1: 64 keys of one request are typed, 65 are refused")
  func keys() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    let most = String(repeating: "1", count: 64)
    #expect(try world.postern("panel", "keys", most, "--between-keys-ms", "50").status == 0)
    let refused = try world.postern("panel", "keys", most + "1", "--between-keys-ms", "50")
    #expect(
      refused.status != 0 && refused.errors.contains("keys: must be 1 to 64 keys"), "\(refused)")
  }

  @Test("E6: an order on site names its operator in 1 to 120 characters")
  func operatorName() throws {
    let world = try DoorWorld()
    #expect(try world.open())
    func post(_ path: String, _ by: String) throws -> String {
      let window = #","door":"front","startHour":500000,"hours":1,"serial":0"#
      let rest = path.hasSuffix("offline-pin/revoke") ? window : ""
      return try UnixCall.post(
        #"{"by":"\#(by)"\#(rest)}"#, to: path, socket: world.folder.path + "/postern.sock")
    }
    for path in [
      "/v1/lockout/clear", "/v1/antipassback/forgive", "/v1/keys/offline-pin/revoke",
    ] {
      #expect(try post(path, String(repeating: "n", count: 120)) == "204", "\(path)")
      #expect(try post(path, String(repeating: "n", count: 121)) == "400", "\(path)")
      #expect(try post(path, "") == "400", "\(path)")
    }
  }
}
